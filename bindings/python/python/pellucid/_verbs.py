"""The verbs: compile, prove, decompile, train, check, disguise."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Union

from . import _native
from ._errors import InvalidInput
from ._function import Function
from ._models import as_network
from ._network import Network
from ._notebook import progress_bar
from ._numbers import domain_text, number_text
from ._results import Certificate, Checked, Compiled, Decompiled, Disguised, Proof, Runs

Written = Union[str, Function]
"""A function, or its text."""


def _function(function: Written) -> Function:
    if isinstance(function, (Function, str)):
        return Function(function)
    if any(cls.__module__.startswith("sympy.") for cls in type(function).__mro__):
        return Function.from_sympy(function)
    raise InvalidInput(f"a {type(function).__name__} is no function (write 'min(x1, x2)', or build it from inputs())")


def _optional(value: Any) -> str | None:
    return None if value is None else number_text(value)


def compile(  # noqa: A001 - the project's word
    function: Written,
    *,
    on: Any = None,
    within: Any = None,
    bias: bool = True,
    layers: int | None = None,
    shallowest: bool = False,
    timeout: float | None = None,
    max_cells: int | None = None,
) -> Compiled:
    """The smallest network known that computes a function, with proofs.

    ``on`` says where (everywhere, ``"[-1,1]^2"``, ``"{0,1}^4"``, or a ``(low, high)`` for each input); ``within``
    approximates what is not piecewise linear on a box; ``layers`` allows at most so many hidden layers.

    >>> import pellucid
    >>> found = pellucid.compile("min(x1, x2)")
    >>> found.network.shape, found.is_smallest
    ((2, 3, 1), True)

    Raises :class:`InvalidInput`, and :class:`LimitReached` after ``timeout`` seconds.
    """
    asked = _function(function)
    native, answer, certificate = _native.compile(
        asked._native, domain_text(on, asked.inputs), _optional(within), bias, bias, layers, shallowest, timeout, max_cells
    )
    return Compiled(Network._of(native), json.loads(answer), certificate)


def disguise(
    function: Written, seed: int = 0, *, on: Any = None, timeout: float | None = None, max_cells: int | None = None
) -> Disguised:
    """A network that computes the function, proved, and hides its circuit; labels say what each neuron is.

    >>> import pellucid
    >>> hidden = pellucid.disguise("min(x1, x2)", seed=7)
    >>> hidden.network.shape[1] > 3, len(hidden.labels["neurons"]) == hidden.network.hidden_neurons
    (True, True)
    """
    asked = _function(function)
    native, labels = _native.disguise(asked._native, seed, domain_text(on, asked.inputs), timeout, max_cells)
    return Disguised(Network._of(native), json.loads(labels))


def prove(
    left: Any,
    right: Any,
    *,
    on: Any = None,
    where: str | Sequence[str] = (),
    within: Any = None,
    timeout: float | None = None,
    max_cells: int | None = None,
) -> Proof:
    """Are two functions or networks equal, or within a tolerance: everywhere, on a box, on a polyhedron, at points?

    Texts are functions, unless a file has that name; everything that :func:`as_network` takes is a network. The
    answer is true or false, with a certificate or a counterexample.

    >>> import pellucid
    >>> bool(pellucid.prove("max(x1, x2)", "x2 + relu(x1 - x2)"))
    True
    >>> pellucid.prove("abs(x1)", "x1").counterexample.left
    [Fraction(1, 1)]
    """
    one, other = _sides(left, right)
    conditions = [where] if isinstance(where, str) else list(where)
    names = max((one.inputs, other.inputs), key=len)
    answer, certificate = _native.prove(
        one._native, other._native, domain_text(on, names), conditions, _optional(within), timeout, max_cells
    )
    told = tuple(side.text if isinstance(side, Function) else repr(side) for side in (one, other))
    return Proof(json.loads(answer), certificate, (told[0], told[1]))


Side = Union[Function, Network]


def _is_text(side: Any) -> bool:
    return isinstance(side, str) and not os.path.isfile(side)


def _side(side: Any) -> Side:
    if isinstance(side, (Function, Network)):
        return side
    if _is_text(side) or any(cls.__module__.startswith("sympy.") for cls in type(side).__mro__):
        return _function(side)
    return as_network(side)


def _sides(left: Any, right: Any) -> tuple[Side, Side]:
    """Both sides: a function's text is read in the names of the other side where it speaks of the same inputs."""
    if _is_text(left) and not _is_text(right):
        other = _side(right)
        return Function._of(_native.Function.beside(left, list(other.inputs))), other
    one = _side(left)
    if not _is_text(right):
        return one, _side(right)
    other = Function._of(_native.Function.beside(right, list(one.inputs)))
    if _is_text(left):
        one = Function._of(_native.Function.beside(left, list(other.inputs)))
    return one, other


def decompile(
    model: Any,
    *,
    on: Any = None,
    within: Any = None,
    target: Written | None = None,
    inputs: Sequence[str] | None = None,
    timeout: float | None = None,
    max_cells: int | None = None,
) -> Decompiled:
    """Takes a network apart: what each neuron detects, circuits, the formula, and exactly how far it is off.

    ``model`` is whatever :func:`as_network` takes; ``within`` is the tolerance (1e-4 for floats, 0 for exact
    numbers); ``on`` the domain, ``[-1,1]`` for each input unless the network says another.

    >>> import pellucid
    >>> found = pellucid.decompile(pellucid.compile("min(x1, x2)").network)
    >>> found.formula, found.exact
    (Function('min(x1, x2)'), True)
    """
    network = as_network(model, inputs=inputs)
    wanted = None
    if target is not None:
        if isinstance(target, str):
            wanted = _native.Function.beside(target, list(network.inputs))
        else:
            wanted = _function(target)._native
    answer, formula, svg, certificate = _native.decompile(
        network._native, domain_text(on, network.inputs), _optional(within), wanted, timeout, max_cells
    )
    return Decompiled(network, json.loads(answer), Function._of(formula), svg, certificate)


def train(
    function: Written,
    *,
    layers: Sequence[int] | None = None,
    seed: int = 0,
    seeds: int | range | None = None,
    on: Any = None,
    bias: bool = False,
    regimen: str | Mapping[str, Any] | None = None,
    every: int | None = None,
    within: Any = "1e-4",
    timeout: float | None = None,
    max_cells: int | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> Runs:
    """Trains networks as the seed's notebook does, PyTorch's random numbers included, or by a regimen.

    ``layers`` are all widths, inputs and outputs included (otherwise those of the smallest network known);
    ``seeds`` a number of seeds from ``seed`` on, or a range. ``regimen`` is a table of settings, or its TOML;
    ``steps=``, ``batch=``, ``rate=``, ``optimizer=``, ``init=`` and so on go before what stands there.

    >>> import pellucid
    >>> runs = pellucid.train("abs(x1)", layers=(1, 2, 1), seeds=4, steps=2000)
    >>> len(runs), runs.best.found
    (4, True)
    """
    asked = _function(function)
    if layers is None:
        layers = compile(asked, bias=bias, timeout=timeout, max_cells=max_cells).network.shape
    chosen = range(seed, seed + 1) if seeds is None else range(seed, seed + seeds) if isinstance(seeds, int) else seeds
    if chosen.step != 1 or len(chosen) == 0 or chosen.start < 0:
        raise InvalidInput(f"seeds: {seeds!r} must be at least one seed from 0 on, one after the other, such as range(10)")
    on_progress, done = progress_bar(len(chosen), "training", progress)
    try:
        answer, networks = _native.train(
            asked._native,
            list(layers),
            (chosen.start, chosen.stop),
            regimen_text(regimen, settings),
            domain_text(on, asked.inputs),
            bias,
            every,
            number_text(within),
            timeout,
            max_cells,
            on_progress,
        )
    finally:
        done()
    return Runs(json.loads(answer), [None if native is None else Network._of(native) for native in networks])


def regimen_text(regimen: str | Mapping[str, Any] | None, settings: Mapping[str, Any]) -> str:
    """A regimen as TOML: a text, or a table, with settings that go before what stands there.

    >>> regimen_text({"steps": 100, "optimizer": {"adam": {"beta1": 0.9}}}, {"steps": 200})
    'steps = 200\\noptimizer = { "adam" = { "beta1" = 0.9 } }\\n'
    """
    if isinstance(regimen, str):
        if not settings:
            return regimen
        raise InvalidInput("a regimen in TOML stands alone: write the other settings into it, or give it as a dictionary")
    return "".join(f"{name} = {_toml(value)}\n" for name, value in {**(regimen or {}), **settings}.items())


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {_toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    return number_text(value)


def check(certificate: Certificate | str | os.PathLike[str]) -> Checked:
    """Has the independent checker look at a certificate, or at a file with one."""
    if isinstance(certificate, Certificate):
        return certificate.check()
    return Certificate.load(certificate).check()
