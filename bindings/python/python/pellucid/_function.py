"""Functions: from text, from Python's operators, and from and to sympy."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Union

import numpy as np

from . import _native
from ._arrays import as_rows
from ._errors import InvalidInput
from ._notebook import latex_bundle
from ._numbers import fractions, holds_fractions, number_text

Operand = Union["Function", int, float, Fraction]


class Function:
    """A function with named inputs and one or more outputs.

    Written as text, or built with Python's operators from :func:`inputs`:

    >>> from pellucid import Function, inputs, min
    >>> Function("min(x1, x2)")
    Function('min(x1, x2)')
    >>> x, y = inputs(2)
    >>> min(x, abs(y)) + 1
    Function('min(x1, abs(x2)) + 1')

    Called with numbers or arrays of shape ``(..., n_inputs)``; with fractions it is exact.

    >>> Function("min(x1, x2)")([[3.0, -5.0], [0.5, 2.0]])
    array([[-5. ],
           [ 0.5]])
    >>> Function("x1/3")([Fraction(1, 2)])
    [Fraction(1, 6)]

    Raises :class:`InvalidInput` with everything that is wrong with the text, each with its place.
    """

    __slots__ = ("_native",)

    def __init__(self, text: str | Function, inputs: Sequence[str] | None = None) -> None:
        if isinstance(text, Function):
            inputs = text.inputs if inputs is None else inputs
            text = text.text
        self._native = _native.Function(text, None if inputs is None else list(inputs))

    @classmethod
    def _of(cls, native: _native.Function) -> Function:
        function = cls.__new__(cls)
        function._native = native
        return function

    @property
    def text(self) -> str:
        """As text that is read back."""
        return self._native.text()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs' names."""
        return tuple(self._native.inputs())

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return len(self._native.inputs())

    @property
    def n_outputs(self) -> int:
        """The number of outputs."""
        return self._native.n_outputs()

    @property
    def is_piecewise_linear(self) -> bool:
        """Can it be computed exactly? Otherwise it is approximated, with ``compile(..., within=...)``."""
        return self._native.is_piecewise_linear()

    @property
    def latex(self) -> str:
        """As LaTeX (of piecewise-linear functions)."""
        return self._native.latex()

    def __call__(self, x: Any) -> Any:
        """The outputs: shape ``(..., n_outputs)`` for shape ``(..., n_inputs)``, in float64; exact for fractions."""
        if holds_fractions(x):
            return _exactly(x, self._native.exactly)
        rows, give_back = as_rows(x, self.n_inputs, np.dtype(np.float64))
        return give_back(self._native.in_floats(rows))

    def to_sympy(self) -> Any:
        """As a sympy expression; a list of them for several outputs. Needs ``pellucid[sympy]``."""
        from ._sympy import to_sympy

        return to_sympy(self)

    @staticmethod
    def from_sympy(expression: Any, inputs: Sequence[Any] | None = None) -> Function:
        """From a sympy expression, or a list of them; symbols are inputs, in sorted order unless given."""
        from ._sympy import from_sympy

        return from_sympy(expression, inputs)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        import re

        names = self.inputs
        mentioned = list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", self.text)))
        numbered = names == tuple(f"x{i + 1}" for i in range(len(names)))
        implied = (numbered and names and names[-1] in mentioned) or names == tuple(n for n in mentioned if n in names)
        return f"Function({self.text!r})" if implied else f"Function({self.text!r}, inputs={list(names)!r})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return latex_bundle(self.latex if self.is_piecewise_linear else None, self.text)

    def __eq__(self, other: object) -> bool:
        """Are they written alike? Whether they compute the same is for :func:`prove`."""
        if not isinstance(other, Function):
            return NotImplemented
        return (self.text, self.inputs) == (other.text, other.inputs)

    def __hash__(self) -> int:
        return hash((self.text, self.inputs))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Function, (self.text, list(self.inputs)))

    def __add__(self, other: Operand) -> Function:
        return _joined("({}) + ({})", self, other)

    def __radd__(self, other: Operand) -> Function:
        return _joined("({}) + ({})", other, self)

    def __sub__(self, other: Operand) -> Function:
        return _joined("({}) - ({})", self, other)

    def __rsub__(self, other: Operand) -> Function:
        return _joined("({}) - ({})", other, self)

    def __mul__(self, other: Operand) -> Function:
        return _joined("({}) * ({})", self, other)

    def __rmul__(self, other: Operand) -> Function:
        return _joined("({}) * ({})", other, self)

    def __truediv__(self, other: Operand) -> Function:
        return _joined("({}) / ({})", self, other)

    def __rtruediv__(self, other: Operand) -> Function:
        return _joined("({}) / ({})", other, self)

    def __pow__(self, other: Operand) -> Function:
        return _joined("({})^({})", self, other)

    def __neg__(self) -> Function:
        return _joined("-({})", self)

    def __pos__(self) -> Function:
        return self

    def __abs__(self) -> Function:
        return _joined("abs({})", self)


def _exactly(x: Any, exact: Any) -> Any:
    """Exact outputs, in lists nested as the input is."""
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if all(isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str) for value in x):
        return [_exactly(value, exact) for value in x]
    return fractions(exact([number_text(value) for value in x]))


def _joined(template: str, *operands: Any) -> Function:
    """A function of operands by a template; inputs are those of all, in order."""
    names: dict[str, None] = {}
    texts: list[str] = []
    wrong: list[str] = []
    for operand in operands:
        if isinstance(operand, Function):
            if operand.n_outputs != 1:
                wrong.append(f"`{operand}` has {operand.n_outputs} outputs; operators are for one")
            names.update(dict.fromkeys(operand.inputs))
            texts.append(operand.text)
        elif isinstance(operand, numbers.Real):
            texts.append(number_text(operand))
        else:
            wrong.append(f"{operand!r} is neither a function nor a number")
    if wrong:
        raise InvalidInput("\n".join(wrong))
    return Function(template.format(*texts), list(names))


def inputs(names: int | str) -> tuple[Function, ...]:
    """The inputs as functions, to build others from: so many, called ``x1, x2, ...``, or by name.

    >>> from pellucid import inputs
    >>> a, b = inputs("a b")
    >>> 2*a - b/3
    Function('2*a - b/3')
    """
    all_names = [f"x{i + 1}" for i in range(names)] if isinstance(names, int) else names.replace(",", " ").split()
    if not all_names:
        raise InvalidInput("inputs: at least one is needed, such as inputs(2) or inputs('a b')")
    return tuple(Function(name, all_names) for name in all_names)


def call(name: str, *arguments: Operand) -> Function:
    """A named operation of the language of functions, such as ``median`` or ``xor``, of functions and numbers.

    >>> from pellucid import call, inputs
    >>> call("median", *inputs(3))
    Function('median(x1, x2, x3)')
    """
    return _joined(f"{name}({', '.join('{}' for _ in arguments)})", *arguments)


def min(*arguments: Operand) -> Function:  # noqa: A001 - the name of the operation
    """The minimum of functions and numbers.

    >>> from pellucid import inputs, min
    >>> min(*inputs(2), 0)
    Function('min(x1, x2, 0)')
    """
    return call("min", *arguments)


def max(*arguments: Operand) -> Function:  # noqa: A001 - the name of the operation
    """The maximum of functions and numbers."""
    return call("max", *arguments)


def relu(argument: Operand) -> Function:
    """``max(argument, 0)``."""
    return call("relu", argument)


def clamp(argument: Operand, low: Operand, high: Operand) -> Function:
    """The argument, kept between ``low`` and ``high``."""
    return call("clamp", argument, low, high)


def stack(*outputs: Function) -> Function:
    """One function with several outputs.

    >>> from pellucid import inputs, max, min, stack
    >>> x, y = inputs(2)
    >>> stack(max(x, y), min(x, y))
    Function('(max(x1, x2), min(x1, x2))')
    """
    return _joined("(" + ", ".join("{}" for _ in outputs) + ")", *outputs) if len(outputs) > 1 else outputs[0]

