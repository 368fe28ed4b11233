"""Lists a network's cells with affinitree: the leaves of its decision tree, everywhere or in a cube.

Prints one JSON line with the number of leaves, and of affine maps after rounding to 9 digits.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")  # that PyTorch is missing, which nothing here needs
from affinitree import AffFunc, AffTree, Architecture, Polytope, builder  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from exact_network import Network  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--cube", type=float, help="half the side of a cube around 0 (default: everywhere)")
    arguments = parser.parse_args()
    network = Network.read(arguments.network)
    n_inputs, layers = network.shape[0], network.float_layers()
    architecture = Architecture(n_inputs)
    for index, (weights, biases) in enumerate(layers):
        architecture.linear(AffFunc.from_mats(np.array(weights), np.array(biases)))
        if index < len(layers) - 1:
            architecture.relu()
    where = None
    if arguments.cube is not None:
        cube = Polytope.hyperrectangle(n_inputs, [(-arguments.cube, arguments.cube)] * n_inputs)
        where = AffTree.from_poly(cube, AffFunc.identity(n_inputs))
    begun, cpu = time.perf_counter(), time.process_time()
    tree = builder.from_layers(architecture, where)
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu
    leaves = tree.terminals()
    maps = {tuple(np.round(np.concatenate([np.ravel(leaf.val.mat), np.ravel(leaf.val.bias)]), 9) + 0.0)
            for leaf in leaves}
    print(json.dumps({"answer": "counted", "cells": len(leaves), "maps": len(maps), "seconds": seconds,
                      "cpu_seconds": cpu_seconds, "version": version("affinitree")}))


if __name__ == "__main__":
    main()
