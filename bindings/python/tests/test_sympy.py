from __future__ import annotations

import random
from fractions import Fraction

import pytest
from conftest import needs

import pellucid
from pellucid import Function

sympy = needs("sympy")


def value(expression: object, point: dict[str, Fraction]) -> Fraction:
    at = {sympy.Symbol(name, real=True): sympy.Rational(v.numerator, v.denominator) for name, v in point.items()}
    found = sympy.sympify(expression).subs(at)
    return Fraction(int(found.p), int(found.q))


@pytest.mark.parametrize(
    "text", ["min(x1, x2) - 1/3", "relu(2*x1 - x2/7) + abs(x2)", "median(x1, x2, 0)", "clamp(x1, -1, x2)", "x1", "3/2", "|x1 - 1/2| - x2"]
)
def test_there_and_back(text: str) -> None:
    function = Function(text, ["x1", "x2"])
    expression = function.to_sympy()
    back = Function.from_sympy(expression, ["x1", "x2"])
    assert pellucid.prove(function, back)
    chance = random.Random(1)
    for _ in range(20):
        point = [Fraction(chance.randint(-20, 20), chance.randint(1, 9)) for _ in range(2)]
        assert function(point) == [value(expression, dict(zip(["x1", "x2"], point)))]


def test_from_sympy() -> None:
    a, b = sympy.symbols("a b", real=True)
    assert pellucid.prove(Function.from_sympy(sympy.Max(a, b) - sympy.Rational(1, 3)), "max(a, b) - 1/3")
    assert pellucid.compile(sympy.Min(a, b)).network.shape == (2, 3, 1)
    both = Function.from_sympy([sympy.Max(a, b), sympy.Abs(a)])
    assert both.n_outputs == 2 and len(both.to_sympy()) == 2
    assert not Function.from_sympy(a * b + sympy.sin(a)).is_piecewise_linear
    with pytest.raises(pellucid.InvalidInput, match="zeta"):
        Function.from_sympy(sympy.zeta(a) + 1)
