"""Functions from sympy and to sympy, exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ._errors import InvalidInput
from ._function import Function
from ._network import _import


def to_sympy(function: Function) -> Any:
    """A function's outputs as sympy expressions: one, or a list."""
    sympy = _import("sympy", "sympy")
    if not function.is_piecewise_linear:
        texts = [function.text]
    else:
        texts = function._native.outputs()
    names: dict[str, Any] = {name: sympy.Symbol(name, real=True) for name in function.inputs}
    known: dict[str, Any] = {
        "min": sympy.Min,
        "max": sympy.Max,
        "abs": sympy.Abs,
        "relu": lambda e: sympy.Max(e, 0),
        "clamp": lambda e, low, high: sympy.Min(sympy.Max(e, low), high),
        "median": lambda *es: _median(sympy, es),
        **{name: getattr(sympy, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt")},
    }
    used = set(re.findall(r"([A-Za-z_]\w*)\s*\(", " ".join(texts)))
    unknown = sorted(used - set(known))
    if unknown:
        raise InvalidInput(f"`{function}` uses {', '.join(unknown)}, which sympy has no word for")
    found = [_parsed(sympy, text, {**known, **names}) for text in texts]
    return found[0] if len(found) == 1 else found


def _median(sympy: Any, arguments: Sequence[Any]) -> Any:
    """The median of an odd number: the smallest of the largest of all halves that are more than half."""
    from itertools import combinations

    return sympy.Min(*(sympy.Max(*some) for some in combinations(arguments, len(arguments) // 2 + 1)))


def _parsed(sympy: Any, text: str, names: dict[str, Any]) -> Any:
    """The text of a function as sympy reads it; it was written by the parser of functions, so it is no program."""
    parser = _import("sympy.parsing.sympy_parser", "sympy")
    transformations = (*parser.standard_transformations, parser.convert_xor, parser.rationalize)
    return parser.parse_expr(text, local_dict=names, transformations=transformations)


def from_sympy(expression: Any, inputs: Sequence[Any] | None = None) -> Function:
    """A function from a sympy expression, or from a list of them."""
    sympy = _import("sympy", "sympy")
    many = isinstance(expression, (list, tuple, sympy.Tuple))
    expressions = [sympy.sympify(one) for one in (expression if many else [expression])]
    if inputs is None:
        symbols = set().union(*(one.free_symbols for one in expressions))
        # x2 goes before x10.
        key = lambda s: [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", str(s))]  # noqa: E731
        inputs = sorted(symbols, key=key)
    wrong: list[str] = []
    texts = [_text(sympy, one, wrong) for one in expressions]
    if wrong:
        raise InvalidInput("\n".join(dict.fromkeys(wrong)))
    text = texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
    return Function(text, [str(one) for one in inputs] or ["x1"])


def _text(sympy: Any, e: Any, wrong: list[str]) -> str:
    """An expression in the language of functions."""

    def inner(argument: Any) -> str:
        return _text(sympy, argument, wrong)

    if e.is_Symbol:
        return str(e)
    if e.is_Rational:
        return f"({e})"
    if e.is_Float:
        # The decimal that sympy shows, as a float's is elsewhere.
        return f"({float(e)!r})"
    if e.is_Add:
        return "(" + " + ".join(map(inner, e.args)) + ")"
    if e.is_Mul:
        return "(" + "*".join(map(inner, e.args)) + ")"
    if e.is_Pow:
        if e.exp == sympy.Rational(1, 2):
            return f"sqrt({inner(e.base)})"
        if e.exp == -1:
            return f"(1/{inner(e.base)})"
        return f"({inner(e.base)}^{inner(e.exp)})" if e.exp.is_Integer and e.exp > 0 else _unknown(e, wrong)
    names = {
        sympy.Min: "min", sympy.Max: "max", sympy.Abs: "abs", sympy.exp: "exp", sympy.log: "log",
        sympy.sin: "sin", sympy.cos: "cos", sympy.tanh: "tanh",
    }  # fmt: skip
    name = names.get(e.func)
    if name is not None:
        return f"{name}({', '.join(map(inner, e.args))})"
    if e.func == sympy.Piecewise:
        return _piecewise(sympy, e, wrong)
    return _unknown(e, wrong)


def _piecewise(sympy: Any, e: Any, wrong: list[str]) -> str:
    """``Piecewise`` of two cases, where sympy can write it with minima, maxima and absolute values."""
    for cls in (sympy.Max, sympy.Abs, sympy.Min):
        written = e.rewrite(cls)
        if not written.has(sympy.Piecewise):
            return _text(sympy, written, wrong)
    return _unknown(e, wrong)


def _unknown(e: Any, wrong: list[str]) -> str:
    wrong.append(f"{e} is nothing that functions are made of (+ - * /, Min, Max, Abs, powers, exp, log, sin, cos, tanh)")
    return "0"
