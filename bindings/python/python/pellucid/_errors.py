"""The exceptions, which carry the words that the command would say."""

from __future__ import annotations


class PellucidError(Exception):
    """What all errors of Pellucid are."""


class InvalidInput(PellucidError, ValueError):
    """The input is wrong; the message says what, where, and what would be right, all at once."""


class LimitReached(PellucidError, TimeoutError):
    """A limit was reached that can be raised, such as ``timeout`` or ``max_cells``."""


class Missing(PellucidError, ImportError):
    """An optional package is needed; the message says how to install it."""
