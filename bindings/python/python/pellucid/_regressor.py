"""The face that scikit-learn knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from . import _native
from ._function import Function
from ._network import Network, _import
from ._results import Circuit, Decompiled
from ._verbs import decompile, regimen_text

_import("sklearn", "sklearn")

from sklearn.base import BaseEstimator, RegressorMixin  # type: ignore[import-untyped, unused-ignore]  # noqa: E402
from sklearn.utils.validation import (  # type: ignore[import-untyped, unused-ignore]  # noqa: E402
    check_is_fitted,
    validate_data,
)

# What makes small networks learn rows of samples reliably: a second-order method, begun again where it is stuck.
_REGIMEN: dict[str, Any] = {"steps": 300, "optimizer": "levenberg-marquardt", "init": "he", "restarts": 4}
# With more weights than this a step of a second-order method is dear.
_MANY_WEIGHTS = 600
_REGIMEN_OF_MANY: dict[str, Any] = {"steps": 400, "optimizer": "l-bfgs", "init": "he"}


class CircuitRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """A small ReLU network that is fitted to samples and then taken apart into a formula.

    ``widths`` are the hidden layers' widths; ``regimen`` a table of settings (see :func:`train`) or its TOML;
    ``random_state`` the seed; ``within`` the tolerance of the formula, in units of y.

    After ``fit``: ``network_`` (in the units of X and y), ``loss_``, and, worked out when they are first asked for,
    ``formula_``, ``circuit_`` (the circuits), ``deviation_`` (exactly how far the formula is from the network on the
    box of the samples; ``None`` if infinite) and ``decompiled_``.
    """

    def __init__(
        self,
        widths: Sequence[int] = (8,),
        regimen: str | Mapping[str, Any] | None = None,
        random_state: Any = 0,
        within: Any = None,
        timeout: float | None = None,
    ) -> None:
        self.widths = widths
        self.regimen = regimen
        self.random_state = random_state
        self.within = within
        self.timeout = timeout

    def fit(self, X: Any, y: Any) -> CircuitRegressor:  # noqa: N803 - scikit-learn's name
        """Fits the network to samples: X of shape (n, inputs), y of shape (n,) or (n, outputs)."""
        for name in ("decompiled_",):
            self.__dict__.pop(name, None)
        names = getattr(X, "columns", None)
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, multi_output=True)
        self._one_output = y.ndim == 1
        targets = np.asarray(y, np.float64).reshape(len(X), -1)
        self._low, self._high = X.min(axis=0), X.max(axis=0)
        # Learning is done in standard units, and undone in the first and the last layer.
        x_mean, y_mean = X.mean(axis=0), targets.mean(axis=0)
        x_scale, y_scale = _scale(X), _scale(targets)
        rows = np.ascontiguousarray((X - x_mean) / x_scale, np.float32)
        wanted = np.ascontiguousarray((targets - y_mean) / y_scale, np.float32)
        native, loss = _native.fit(rows, wanted, list(self.widths), self._regimen(rows, wanted), self._seed(), self.timeout)
        layers = [(w.astype(np.float64), b.astype(np.float64)) for w, b in Network._of(native)._arrays()]
        first, biases = layers[0]
        layers[0] = (first / x_scale, biases - first @ (x_mean / x_scale))
        last, biases = layers[-1]
        layers[-1] = (last * y_scale[:, None], biases * y_scale + y_mean)
        self.network_ = Network(layers, inputs=_names(names, X.shape[1]))
        self.loss_ = float(loss)
        return self

    def _regimen(self, rows: Any, wanted: Any) -> str:
        if self.regimen is not None:
            return regimen_text(self.regimen, {})
        shape = [rows.shape[1], *self.widths, wanted.shape[1]]
        n_weights = sum((n_in + 1) * n_out for n_in, n_out in zip(shape, shape[1:]))
        return regimen_text(_REGIMEN if n_weights <= _MANY_WEIGHTS else _REGIMEN_OF_MANY, {})

    def _seed(self) -> int:
        check_random_state = _import("sklearn.utils", "sklearn").check_random_state
        if isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31))

    def predict(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """The network's outputs, shape (n,) or (n, outputs) as y had."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        outputs = self.network_(X)
        return outputs[:, 0] if self._one_output else outputs

    @cached_property
    def decompiled_(self) -> Decompiled:
        """The network taken apart on the box of the samples."""
        check_is_fitted(self, "network_")
        # An input that never changes has no side to be a box of.
        sides = [(low, high if high > low else low + 1.0) for low, high in zip(self._low.tolist(), self._high.tolist())]
        return decompile(self.network_, on=sides, within=self.within, timeout=self.timeout)

    @property
    def formula_(self) -> Function:
        """The formula found."""
        return self.decompiled_.formula

    @property
    def circuit_(self) -> tuple[Circuit, ...]:
        """The circuits found."""
        return self.decompiled_.circuits

    @property
    def deviation_(self) -> Any:
        """Exactly how far the formula is from the network on the box of the samples."""
        return self.decompiled_.max_deviation

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "network_")


def _scale(values: Any) -> Any:
    scale = values.std(axis=0)
    return np.where(scale > 0, scale, 1.0)


def _names(columns: Any, n: int) -> list[str] | None:
    """Columns of a data frame are the inputs' names, where they can be."""
    names = [] if columns is None else [str(column) for column in columns]
    fits = len(names) == n == len(set(names)) and all(name.isidentifier() and name.isascii() for name in names)
    return names if fits else None
