"""Asks Marabou whether a network is within a tolerance of the minimum of its inputs, or of another
network, on the box [-1, 1]^n.

Marabou computes in floating point and asks for a point, so each way to be too far apart is a query:
for two networks, above by the tolerance and below by it; for the minimum, above x_i by it for some
i, and below every x_i by it. Prints one JSON line with the answer and each query's own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from maraboupy import Marabou
from maraboupy.MarabouNetwork import MarabouNetwork

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from exact_network import Network  # noqa: E402


def add_network(query: MarabouNetwork, network: Network, inputs: list[int]) -> int:
    """Adds a network's neurons on given inputs; gives its output's variable."""
    values, layers = inputs, network.float_layers()
    for index, (weights, biases) in enumerate(layers):
        before = [query.getNewVariable() for _ in biases]
        for row, bias, variable in zip(weights, biases, before):
            query.addEquality([*values, variable], [*row, -1.0], -bias)
        values = before
        if index < len(layers) - 1:
            values = [query.getNewVariable() for _ in before]
            for old, new in zip(before, values):
                query.addRelu(old, new)
    return values[0]


def start(network: Network) -> tuple[MarabouNetwork, list[int], int]:
    """A query with inputs in the box and one network."""
    query = MarabouNetwork()
    inputs = [query.getNewVariable() for _ in range(network.shape[0])]
    for variable in inputs:
        query.setLowerBound(variable, -1.0)
        query.setUpperBound(variable, 1.0)
    return query, inputs, add_network(query, network, inputs)


def add_difference(query: MarabouNetwork, left: int, right: int, lower: float | None, upper: float | None) -> None:
    """Bounds left - right by a variable of its own: as plain inequalities Marabou hangs even on the
    minimum of two."""
    difference = query.getNewVariable()
    query.addEquality([left, right, difference], [1.0, -1.0, -1.0], 0.0)
    if lower is not None:
        query.setLowerBound(difference, lower)
    if upper is not None:
        query.setUpperBound(difference, upper)


def far_apart(network: Network, other: Network | None, tolerance: float):
    """The queries; the claim is false if and only if one of them has a point."""
    if other is not None:
        for lower, upper in ((tolerance, None), (None, -tolerance)):
            query, inputs, output = start(network)
            add_difference(query, output, add_network(query, other, inputs), lower, upper)
            yield query, inputs
        return
    for above in range(network.shape[0]):
        query, inputs, output = start(network)
        add_difference(query, output, inputs[above], tolerance, None)
        yield query, inputs
    query, inputs, output = start(network)
    for variable in inputs:
        add_difference(query, output, variable, None, -tolerance)
    yield query, inputs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("other", help="a network file, or `min`")
    parser.add_argument("--within", type=float, required=True)
    arguments = parser.parse_args()
    network = Network.read(arguments.network)
    other = None if arguments.other == "min" else Network.read(arguments.other)
    options = Marabou.createOptions(verbosity=0, numWorkers=1, timeoutInSeconds=0)
    answer, point, sides = "proved", None, []
    for query, inputs in far_apart(network, other, arguments.within):
        begun, cpu = time.perf_counter(), time.process_time()
        code, values, _ = query.solve(verbose=False, options=options)
        sides.append({"answer": code, "seconds": time.perf_counter() - begun,
                      "cpu_seconds": time.process_time() - cpu})
        # Said at once: the process may be killed before the next one ends.
        print(json.dumps({"side": sides[-1]}), flush=True)
        if code == "sat":
            answer, point = "refuted", [values[variable] for variable in inputs]
            break
        if code != "unsat":
            answer = "unknown"
    print(json.dumps({"answer": answer, "seconds": sum(side["seconds"] for side in sides),
                      "cpu_seconds": sum(side["cpu_seconds"] for side in sides), "sides": sides,
                      "point": point and [value.hex() for value in point]}))


if __name__ == "__main__":
    main()
