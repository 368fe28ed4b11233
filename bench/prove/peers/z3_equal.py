"""Asks z3 whether a network is the minimum of its inputs, or equals another network, everywhere.

Numbers are exact rationals, a ReLU is an if-then-else. Prints one JSON line: the answer, the seconds
of `check()` and of building the query, and a counterexample as fractions.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from fractions import Fraction
from pathlib import Path

import z3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from exact_network import Network  # noqa: E402


def rational(value: Fraction) -> z3.RatNumRef:
    """A fraction as z3's number."""
    return z3.Q(value.numerator, value.denominator)


def affine(row: list[Fraction], bias: Fraction, values: list) -> z3.ArithRef:
    """row . values + bias, without terms that vanish."""
    terms = [rational(w) * x for w, x in zip(row, values) if w]
    return z3.Sum([*terms, rational(bias)])


def outputs(network: Network, inputs: list) -> list:
    """The network's outputs as expressions."""
    values, last = inputs, len(network.layers) - 1
    for index, (weights, biases) in enumerate(network.layers):
        values = [affine(row, bias, values) for row, bias in zip(weights, biases)]
        if index < last:
            values = [z3.If(value >= 0, value, 0) for value in values]
    return values


def is_minimum(output, inputs: list) -> z3.BoolRef:
    """y <= x_i for all i, and y = x_i for some i."""
    return z3.And([output <= x for x in inputs] + [z3.Or([output == x for x in inputs])])


def decide(claim: z3.BoolRef, inputs: list, where: list, milliseconds: int | None = None):
    """("proved", None), ("refuted", point) or ("unknown", None) for a claim at all points of `where`."""
    solver = z3.SolverFor("QF_LRA")
    if milliseconds is not None:
        solver.set("timeout", milliseconds)
    solver.add(*where, z3.Not(claim))
    answer = solver.check()
    if answer == z3.unsat:
        return "proved", None
    if answer == z3.unknown:
        return "unknown", None
    model = solver.model()
    return "refuted", [model.eval(x, model_completion=True).as_fraction() for x in inputs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("other", help="a network file, or `min`")
    arguments = parser.parse_args()
    begun = time.perf_counter()
    network = Network.read(arguments.network)
    inputs = [z3.Real(f"x{i + 1}") for i in range(network.shape[0])]
    if arguments.other == "min":
        claim = is_minimum(outputs(network, inputs)[0], inputs)
    else:
        pairs = zip(outputs(network, inputs), outputs(Network.read(arguments.other), inputs))
        claim = z3.And([left == right for left, right in pairs])
    built, cpu = time.perf_counter(), time.process_time()
    answer, point = decide(claim, inputs, [])
    print(json.dumps({"answer": answer, "seconds": time.perf_counter() - built,
                      "cpu_seconds": time.process_time() - cpu, "build_seconds": built - begun,
                      "point": point and [str(value) for value in point], "version": z3.get_version_string()}))


if __name__ == "__main__":
    main()
