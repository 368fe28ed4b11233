"""Measures what a call costs beside PyTorch, on one core: `network(x)` for 10^6 x 2 inputs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

import pellucid

N = 10**6
# The middle of so many is told; other programs on the machine disturb single ones.
REPEATS = 9


def middle(work: Callable[[], object]) -> float:
    """Seconds that it takes, the middle of several."""
    work()
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def main() -> int:
    """Prints a line for each model; 1 where PyTorch is faster."""
    torch.set_num_threads(1)
    slower = 0
    for shape in ((2, 3, 1), (2, 16, 1), (2, 16, 16, 1), (2, 64, 1)):
        torch.manual_seed(0)
        parts: list[torch.nn.Module] = []
        for n_in, n_out in zip(shape, shape[1:]):
            parts += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
        model = torch.nn.Sequential(*parts[:-1])
        network = pellucid.as_network(model)
        x = np.random.default_rng(0).uniform(-1, 1, size=(N, 2)).astype(np.float32)
        tensor = torch.from_numpy(x)
        with torch.inference_mode():
            np.testing.assert_allclose(network(x), model(tensor).numpy(), atol=1e-5)
            theirs = middle(lambda: model(tensor))
        ours = middle(lambda: network(x))
        slower += ours > theirs
        print(f"{'-'.join(map(str, shape)):12} pellucid {1000 * ours:7.1f} ms   torch {1000 * theirs:7.1f} ms")
    program = "import time, numpy; begun = time.perf_counter(); import pellucid; print(time.perf_counter() - begun)"
    imports = [float(subprocess.check_output([sys.executable, "-c", program])) for _ in range(5)]
    print(f"import       {1000 * statistics.median(imports):7.1f} ms, NumPy left aside")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
