from __future__ import annotations

import copy
import io
import pickle
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import Network

FIXTURES = Path(__file__).resolve().parents[3] / "crates/pellucid-formats/tests/fixtures"


def layers(shape: list[int], dtype: Any, seed: int = 0) -> list[tuple[Any, Any]]:
    chance = np.random.default_rng(seed)
    return [
        (chance.normal(size=(n_out, n_in)).astype(dtype), chance.normal(size=n_out).astype(dtype))
        for n_in, n_out in zip(shape, shape[1:])
    ]


def by_numpy(parts: list[tuple[Any, Any]], x: Any) -> Any:
    for i, (weights, biases) in enumerate(parts):
        x = x @ weights.T + biases
        if i + 1 < len(parts):
            x = np.maximum(x, 0)
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [[2, 3, 1], [1, 1, 1], [5, 17, 4, 3], [3, 2], [2, 300, 2]])
@pytest.mark.parametrize("n", [0, 1, 127, 128, 129, 1000])
def test_batches_agree_with_numpy(dtype: Any, shape: list[int], n: int) -> None:
    parts = layers(shape, dtype)
    network = Network(parts)
    assert network.shape == tuple(shape)
    x = np.random.default_rng(1).normal(size=(n, shape[0])).astype(dtype)
    got = network(x)
    assert got.dtype == dtype and got.shape == (n, shape[-1])
    np.testing.assert_allclose(got, by_numpy(parts, x), rtol=0, atol=100 * np.finfo(dtype).eps * max(shape))


def test_fractions_are_exact_and_floats_are_close_to_them() -> None:
    network = Network(layers([3, 5, 2], np.float32))
    point = [Fraction(1, 3), Fraction(-2, 7), 5]
    exact = network(point)
    assert all(isinstance(value, Fraction) for value in exact)
    values = [Fraction(p) for p in point]
    for i, (weights, biases) in enumerate(zip(network.exact_weights, network.exact_biases)):
        values = [sum((w * v for w, v in zip(row, values)), b) for row, b in zip(weights, biases)]
        values = [max(v, Fraction(0)) for v in values] if i == 0 else values
    assert exact == values
    assert network(np.array([point, point], dtype=object))[1] == values
    np.testing.assert_allclose(network(np.array(point, np.float64)), np.array(values, float), rtol=1e-12)


def test_weights_come_back_bit_for_bit() -> None:
    for dtype in (np.float32, np.float64):
        parts = layers([4, 6, 2], dtype, seed=3)
        network = Network(parts)
        for (weights, biases), w, b in zip(parts, network.weights, network.biases):
            assert w.dtype == dtype and w.tobytes() == weights.tobytes() and b.tobytes() == biases.tobytes()


def test_a_cache_holds_every_activation() -> None:
    parts = layers([2, 4, 3, 1], np.float64)
    network = Network(parts)
    x = np.random.default_rng(2).normal(size=(300, 2))
    out, cache = network.run_with_cache(x)
    np.testing.assert_array_equal(out, network(x))
    first = x @ parts[0][0].T + parts[0][1]
    np.testing.assert_allclose(cache["pre.h1"], first, atol=1e-12)
    np.testing.assert_allclose(cache["h1.3"], np.maximum(first[:, 2], 0), atol=1e-12)
    assert cache["h2"].shape == (300, 3) and len(cache) == len(list(cache)) == 2 * (2 + 7)
    assert set(network.neurons) <= set(cache)
    with pytest.raises(KeyError, match="h1.1"):
        cache["h9.1"]


def test_models_that_are_read(tmp_path: Path) -> None:
    parts = layers([2, 3, 1], np.float32)
    expected = Network(parts)
    flat = [array for part in parts for array in part]
    state = {"0.weight": flat[0], "0.bias": flat[1], "2.weight": flat[2], "2.bias": flat[3]}
    assert Network(flat) == expected
    assert Network(state) == expected
    for ending in ("json", "onnx", "safetensors", "npz", "onnx.gz"):
        path = tmp_path / f"net.{ending}"
        expected.save(path)
        assert pellucid.load(path) == expected
        assert pellucid.as_network(str(path)) == expected
    assert Network(expected, inputs=["a", "b"]).inputs == ("a", "b")
    assert pellucid.as_network(expected) is expected
    assert expected.to_onnx() == (tmp_path / "net.onnx").read_bytes()


def test_models_that_are_none_say_all_that_is_wrong() -> None:
    with pytest.raises(pellucid.InvalidInput) as error:
        Network([(np.zeros((2, 3)), np.zeros(3)), (np.zeros((1, 5)), None)])
    assert "layer 1" in str(error.value) and "layer 2" in str(error.value)
    with pytest.raises(pellucid.InvalidInput) as error:
        Network([(np.zeros(3), None), (np.array([["a"]]), None)])
    assert "layer 1" in str(error.value) and "layer 2" in str(error.value)
    with pytest.raises(pellucid.InvalidInput, match="finite"):
        Network([(np.array([[np.nan]]), None)])
    with pytest.raises(pellucid.InvalidInput, match="no file"):
        Network("nothing.onnx")
    with pytest.raises(pellucid.InvalidInput, match="MLPRegressor"):
        Network(3)
    with pytest.raises(pellucid.InvalidInput, match="bias"):
        Network({"0.bias": np.zeros(3)})
    network = Network(layers([2, 3, 1], np.float32))
    for wrong in (np.zeros((4, 3)), [1.0], 3.0, [[1.0, 2.0], [3.0]], np.zeros((2, 2), complex)):
        with pytest.raises(pellucid.InvalidInput):
            network(wrong)


def test_kinds_of_inputs() -> None:
    network = Network(layers([2, 3, 1], np.float32))
    x = np.random.default_rng(5).normal(size=(6, 2))
    reference = network(x)
    assert reference.dtype == np.float64
    assert network(x.astype(np.float16)).dtype == np.float32
    assert network([[1, 2]]).dtype == np.float64
    np.testing.assert_array_equal(network(np.asfortranarray(x)), reference)
    np.testing.assert_array_equal(network(x[::2]), reference[::2])
    np.testing.assert_array_equal(network(x.reshape(2, 3, 2)), reference.reshape(2, 3, 1))
    np.testing.assert_array_equal(network(x[0]), reference[0])

    class OnlyDlpack:
        def __dlpack__(self, **options: Any) -> Any:
            return x.__dlpack__(**options)

        def __dlpack_device__(self) -> Any:
            return x.__dlpack_device__()

    np.testing.assert_array_equal(network(OnlyDlpack()), reference)
    assert np.isnan(network(np.array([[np.nan, 1.0]]))).all()


def test_pickles_and_copies() -> None:
    for network in (Network(layers([2, 3, 1], np.float32)), pellucid.compile("min(x1, x2/3)").network):
        again = pickle.loads(pickle.dumps(network))
        assert again == network and again.dtype == network.dtype and hash(again) == hash(network)
        assert again.function == network.function and again.domain == network.domain
        assert copy.copy(network) == network == copy.deepcopy(network)


def test_numbers_that_a_format_cannot_hold_are_refused(tmp_path: Path) -> None:
    third = pellucid.compile("relu(x1/3)").network
    with pytest.raises(pellucid.InvalidInput, match="round"):
        third.to_onnx()
    with pytest.raises(pellucid.InvalidInput):
        third.save(tmp_path / "net.pt")
    assert len(third.to_onnx(round=True)) > 0


def test_cells() -> None:
    cells = pellucid.compile("min(x1, x2)").network.cells(on="[-1,1]^2")
    assert len(cells) == cells.n_cells and cells.n_maps == 2
    assert sum(Fraction(cell["volume"]) for cell in cells) == 4


def test_files_of_pytorch_are_read_without_it() -> None:
    found = sorted(FIXTURES.glob("*.pt"))
    assert found, "the fixtures of the formats are part of the repository"
    read = 0
    for path in found:
        try:
            network = pellucid.load(path)
        except pellucid.InvalidInput:
            continue
        read += 1
        assert network.shape[0] > 0 and network.to_onnx(round=True)
    assert read > 0


def test_npz_of_a_buffer() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **{"0.weight": np.eye(2, dtype=np.float32), "0.bias": np.zeros(2, np.float32)})
    buffer.seek(0)
    assert Network(dict(np.load(buffer))).shape == (2, 2)
