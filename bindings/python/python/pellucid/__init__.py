"""A workbench for mathematical circuits in ReLU networks.

Write a function and get the smallest network that computes it, with a proof; train networks and see which of them
found that circuit; take a trained network apart into a formula, with an exact bound on what is left over.

>>> import pellucid
>>> found = pellucid.compile("min(x1, x2)")
>>> found.network.shape, found.is_smallest
((2, 3, 1), True)
>>> pellucid.decompile(found.network).formula
Function('min(x1, x2)')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import InvalidInput, LimitReached, Missing, PellucidError
from ._function import Function, call, clamp, inputs, max, min, relu, stack
from ._library import Entry, Library, library
from ._models import as_network, load
from ._native import __version__
from ._network import Activations, Cells, Network, Picture
from ._results import (
    Certificate,
    Checked,
    Circuit,
    Compiled,
    Counterexample,
    Decompiled,
    Disguised,
    Proof,
    Run,
    Runs,
)
from ._verbs import check, compile, decompile, disguise, prove, train

if TYPE_CHECKING:
    from ._regressor import CircuitRegressor

__all__ = [
    "Activations",
    "Cells",
    "Certificate",
    "Checked",
    "Circuit",
    "CircuitRegressor",
    "Compiled",
    "Counterexample",
    "Decompiled",
    "Disguised",
    "Entry",
    "Function",
    "InvalidInput",
    "Library",
    "LimitReached",
    "Missing",
    "Network",
    "PellucidError",
    "Picture",
    "Proof",
    "Run",
    "Runs",
    "__version__",
    "as_network",
    "call",
    "check",
    "clamp",
    "compile",
    "decompile",
    "disguise",
    "inputs",
    "library",
    "load",
    "max",
    "min",
    "prove",
    "relu",
    "stack",
    "train",
]


def __getattr__(name: str) -> Any:
    # scikit-learn is imported only when it is used.
    if name == "CircuitRegressor":
        from ._regressor import CircuitRegressor

        return CircuitRegressor
    raise AttributeError(f"module 'pellucid' has no attribute {name!r}")
