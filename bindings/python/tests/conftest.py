"""Helpers of the tests."""

from __future__ import annotations

import importlib
import os
from typing import Any

import pytest


def needs(module: str) -> Any:
    """A large package that `quick` does without; `check` sets PELLUCID_ALL, and then nothing may be missing."""
    return importlib.import_module(module) if os.environ.get("PELLUCID_ALL") else pytest.importorskip(module)
