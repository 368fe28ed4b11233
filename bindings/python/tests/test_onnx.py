from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import needs

import pellucid

runtime = needs("onnxruntime")

# Enough for nearly all; those that take longer are skipped, and counted as that.
SECONDS = 10


@pytest.mark.parametrize("name", list(pellucid.library))
def test_onnx_runtime_agrees(name: str) -> None:
    """To 1e-6 of the largest value inside the network, on 10,000 inputs."""
    entry = pellucid.library[name]
    try:
        network = entry.compile(timeout=SECONDS).network
    except pellucid.LimitReached:
        pytest.skip("not compiled in time")
    data = network.to_onnx(round=True)
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    ours = pellucid.Network._of(pellucid._native.Network.read_bytes(data, name)[0])
    narrow: Any = np.float32 if "float)" in session.get_inputs()[0].type else np.float64
    x = np.random.default_rng(0).uniform(-2, 2, size=(10_000, network.shape[0])).astype(narrow)
    (theirs,) = session.run(None, {session.get_inputs()[0].name: x})
    got, cache = ours.run_with_cache(x)
    inside = [np.abs(x).max(), np.abs(got).max(), *(np.abs(cache[name]).max() for name in cache if name.startswith("pre."))]
    assert np.abs(theirs - got).max() <= 1e-6 * max(inside)
