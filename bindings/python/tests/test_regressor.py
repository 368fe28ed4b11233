from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import needs

import pellucid

needs("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

CHECKED = pellucid.CircuitRegressor(widths=(8,), timeout=60)


@parametrize_with_checks([CHECKED])  # type: ignore[untyped-decorator, unused-ignore]
def test_estimator(estimator: Any, check: Any) -> None:
    check(estimator)


def test_a_function_is_found() -> None:
    x = np.random.default_rng(0).uniform(-1, 1, size=(2000, 2))
    y = np.minimum(x[:, 0], x[:, 1])
    model = pellucid.CircuitRegressor(widths=(3,), within=1e-3, random_state=1).fit(x, y)
    assert model.score(x, y) > 0.9999
    assert pellucid.prove(model.formula_, "min(x1, x2)", on="[-1,1]^2", within="1/100")
    assert model.deviation_ is not None and model.deviation_ <= 0.01
    np.testing.assert_array_equal(model.predict(x), model.network_(x)[:, 0])
    assert model.circuit_ is not None
    assert not hasattr(clone(model), "network_")


def test_fitted_mlps_are_read() -> None:
    from sklearn.neural_network import MLPRegressor

    x = np.random.default_rng(0).uniform(-1, 1, size=(200, 3))
    y = x @ [1.0, -2.0, 0.5]
    model = MLPRegressor(hidden_layer_sizes=(7, 5), max_iter=30, random_state=0)
    with pytest.raises(pellucid.InvalidInput, match="not fitted"):
        pellucid.as_network(model)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y)
    network = pellucid.as_network(model)
    assert network.shape == (3, 7, 5, 1)
    np.testing.assert_allclose(network(x)[:, 0], model.predict(x), atol=1e-12)
    tanh = MLPRegressor(hidden_layer_sizes=(7,), activation="tanh", max_iter=5, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tanh.fit(x, y)
    with pytest.raises(pellucid.InvalidInput, match="tanh"):
        pellucid.as_network(tanh)
