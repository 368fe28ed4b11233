from __future__ import annotations

import builtins
import copy
import pickle
import random
from fractions import Fraction

import numpy as np
import pytest

import pellucid
from pellucid import Function, call, clamp, inputs, max, min, relu, stack


def test_operators_write_what_they_say() -> None:
    x, y = inputs(2)
    assert str(min(x, abs(y)) - 1) == "min(x1, abs(x2)) - 1"
    assert str(-(2 * x - y / 3)) == "-(2*x1 - 1/3*x2)" or Function("-(2*x1 - x2/3)")([1.0, 3.0]) == [-1.0]
    assert (1 - x).inputs == ("x1", "x2")
    a, b = inputs("a b")
    assert call("median", a, b, 0).inputs == ("a", "b")


def test_operators_and_python_agree_exactly() -> None:
    """Random trees, built twice: as functions, and as values of Python."""
    chance = random.Random(7)

    def tree(depth: int, values: list[tuple[Function, Fraction]]) -> tuple[Function | int, Fraction]:
        if depth == 0:
            return chance.choice(values)
        f, v = tree(depth - 1, values)
        g, w = tree(depth - 1, values)
        scale = Fraction(chance.randint(-5, 5) or 1, chance.randint(1, 4))
        return chance.choice(
            [
                lambda: (f + g, v + w),
                lambda: (f - g, v - w),
                lambda: (scale * f, scale * v),
                lambda: (f / scale, v / scale),
                lambda: (abs(f), abs(v)),
                lambda: (min(f, g), builtins.min(v, w)),
                lambda: (max(f, g, 0), builtins.max(v, w, Fraction(0))),
                lambda: (relu(-f), builtins.max(-v, Fraction(0))),
                lambda: (clamp(f, -1, 2), builtins.min(builtins.max(v, Fraction(-1)), Fraction(2))),
            ]
        )()

    for _ in range(40):
        point = [Fraction(chance.randint(-9, 9), chance.randint(1, 5)) for _ in range(3)]
        function, value = tree(4, list(zip(inputs(3), point)))
        assert isinstance(function, Function)
        assert function(point) == [value], function
        assert abs(function([float(p) for p in point])[0] - float(value)) <= 1e-9 * (1 + abs(float(value)))
        again = pickle.loads(pickle.dumps(function))
        assert again == function and hash(again) == hash(function) and copy.deepcopy(function) == function
        assert eval(repr(function), {"Function": Function}) == function


def test_floats_are_their_shortest_decimal() -> None:
    (x,) = inputs(1)
    assert (x * 0.1)([Fraction(1)]) == [Fraction(1, 10)]
    assert (x * np.float32(0.25))([Fraction(1)]) == [Fraction(1, 4)]


def test_several_outputs_and_batches() -> None:
    x, y = inputs(2)
    both = stack(max(x, y), min(x, y))
    assert both.n_outputs == 2
    assert both(np.arange(12.0).reshape(2, 3, 2)).shape == (2, 3, 2)
    assert both([[Fraction(1), 2], [3, 0]]) == [[2, 1], [3, 0]]


def test_errors_tell_everything_with_its_place() -> None:
    with pytest.raises(pellucid.InvalidInput) as error:
        Function("step(x1) + min(")
    assert "^" in str(error.value) and "step" in str(error.value)
    assert isinstance(error.value, ValueError)
    with pytest.raises(pellucid.InvalidInput, match="outputs"):
        stack(*inputs(2)) + 1
    with pytest.raises(pellucid.InvalidInput, match="neither a function nor a number"):
        inputs(1)[0] + "x"  # type: ignore[operator]
    with pytest.raises(pellucid.InvalidInput, match="not a finite number"):
        inputs(1)[0] + float("nan")
    with pytest.raises(pellucid.InvalidInput, match=r"\(2,\).*\(\.\.\., 3\)"):
        Function("min(x1, x2, x3)")([1.0, 2.0])


def test_what_is_not_piecewise_linear_says_so() -> None:
    product = Function("x*y")
    assert not product.is_piecewise_linear
    assert product([[2.0, 3.0]]) == [[6.0]]
    with pytest.raises(pellucid.InvalidInput, match="not piecewise linear"):
        pellucid.compile(product)
