"""Exact numbers in and out."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Union

from ._errors import InvalidInput

Number = Union[int, float, Fraction, str]
"""A number; a text such as ``"1/3"`` or ``"0.1"`` is exactly what it says, a float its shortest decimal."""


def number_text(value: Any) -> str:
    """A number as text that is read back exactly. A float is its shortest decimal: ``0.1`` is 1/10.

    >>> number_text(0.1), number_text(Fraction(-3, 2)), number_text(7)
    ('0.1', '-3/2', '7')
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InvalidInput(f"{value!r} is not a number (write 3, 0.25, Fraction(1, 3) or '1/3')")
    if isinstance(value, numbers.Rational):
        return str(Fraction(int(value.numerator), int(value.denominator)))
    text = repr(float(value)) if isinstance(value, float) else str(value)
    if text.lstrip("+-") in ("nan", "inf"):
        raise InvalidInput(f"{text} is not a finite number")
    return text


def fractions(texts: Iterable[str]) -> list[Fraction]:
    """Exact numbers from their texts."""
    return [Fraction(text) for text in texts]


def holds_fractions(values: Any) -> bool:
    """Is there a ``Fraction`` in a sequence, or in one of those in it?"""
    if isinstance(values, Fraction):
        return True
    if getattr(values, "dtype", None) is not None:
        return bool(values.dtype == object) and any(holds_fractions(value) for value in values.ravel())
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes)):
        return any(holds_fractions(value) for value in values)
    return False


def domain_text(on: Any, names: Sequence[str]) -> str | None:
    """A domain as text: a text as it is, or a ``(low, high)`` for each input.

    >>> domain_text([(-1, 1), (0, 0.5)], ["a", "b"])
    'a in [-1,1], b in [0,0.5]'
    """
    if on is None or isinstance(on, str):
        return on
    sides: list[Any] = list(on)
    if len(sides) == 2 and all(isinstance(side, (numbers.Real, str)) for side in sides):
        sides = [tuple(sides)] * len(names)
    if len(sides) != len(names) or not all(isinstance(side, (tuple, list)) and len(side) == 2 for side in sides):
        raise InvalidInput(
            f"on: {on!r} is no domain for {', '.join(names)} (write '[-1,1]^{len(names)}', or a (low, high) for each input)"
        )
    return ", ".join(f"{name} in [{number_text(low)},{number_text(high)}]" for name, (low, high) in zip(names, sides))
