"""The examples of the documentation are tests."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import numpy as np
import pytest

import pellucid

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
README = Path(__file__).resolve().parents[1] / "README.md"
MODULES = sorted(f"pellucid.{module.name}" for module in pkgutil.iter_modules(pellucid.__path__))
# Importing this one needs scikit-learn, and it has its own tests.
MODULES.remove("pellucid._regressor")


@pytest.mark.parametrize("name", ["pellucid", *MODULES])
def test_examples(name: str) -> None:
    assert np.__version__ >= "1"
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert failed == 0


def test_the_readme() -> None:
    failed, tried = doctest.testfile(str(README), module_relative=False, optionflags=FLAGS)
    assert failed == 0 and tried > 5


def test_everything_public_is_documented() -> None:
    for name in pellucid.__all__:
        if name in ("__version__", "CircuitRegressor"):
            continue
        assert (getattr(pellucid, name).__doc__ or "").strip(), name


def test_the_first_page_of_the_project() -> None:
    """Its Python runs as it stands, and what a comment beside an expression says is what comes out."""
    page = (README.parents[2] / "README.md").read_text(encoding="utf-8")
    blocks = page.split("```python\n")[1:]
    assert blocks
    names: dict[str, object] = {}
    compared = 0
    for line in (line for block in blocks for line in block.split("```")[0].splitlines()):
        code, _, comment = line.partition("#")
        if comment and "=" not in code.split("(")[0]:
            assert repr(eval(code, names)) == comment.strip(), line
            compared += 1
        else:
            exec(code, names)
    assert compared >= 2
