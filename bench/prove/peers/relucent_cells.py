"""Lists a network's cells with relucent, on one worker, everywhere or as far as they meet a cube.

Prints one JSON line with the number of cells, and of affine maps after rounding to 9 digits.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import relucent
from relucent.model.model import LinearLayer, ReLULayer, ReLUNetwork

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from exact_network import Network  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--cube", type=float, help="half the side of a cube around 0 (default: everywhere)")
    arguments = parser.parse_args()
    relucent.update_settings(VERBOSE=0)
    layers = []
    for weights, biases in Network.read(arguments.network).float_layers():
        layers += [LinearLayer(np.array(weights), np.array(biases)), ReLULayer()]
    network = ReLUNetwork(layers[:-1])
    mode = {} if arguments.cube is None else {"cube_radius": arguments.cube, "cube_mode": "intersect"}
    # A start on a hinge is refused, and circuits have hinges through 0.
    start = np.random.default_rng(0).uniform(-0.5, 0.5, (1, network.input_shape[0]))
    begun = time.perf_counter()
    cells = relucent.Complex(network)
    cells.bfs(start, nworkers=1, verbose=0, **mode)
    # Not processor time: it works in processes of its own even with one worker.
    seconds = time.perf_counter() - begun
    maps = {tuple(np.round(np.concatenate([np.ravel(cell.W), np.ravel(cell.b)]), 9) + 0.0) for cell in cells}
    print(json.dumps({"answer": "counted", "cells": len(cells), "maps": len(maps), "seconds": seconds,
                      "complete": cells.complete, "version": relucent.__version__}))


if __name__ == "__main__":
    main()
