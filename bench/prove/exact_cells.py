"""Counts a network's linear cells exactly and slowly, by another road than Pellucid: z3 decides
over the rationals whether each side of each neuron meets the cell's interior.

Only cells with an interior count; a neuron that vanishes on a whole cell does not cut it. Prints one
JSON line. `signs_at` is shared with what checks lists of cells point by point.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from fractions import Fraction

import z3

from exact_network import Network, Row


def integers(network: Network) -> list[tuple[list[list[int]], list[int], int]]:
    """Each layer multiplied by a common denominator, which comes with it."""
    scaled = []
    for weights, biases in network.layers:
        common = math.lcm(*(value.denominator for row in [*weights, biases] for value in row))
        scaled.append(([[int(w * common) for w in row] for row in weights],
                       [int(b * common) for b in biases], common))
    return scaled


def signs_at(layers: list[tuple[list[list[int]], list[int], int]], point: Row) -> str:
    """The signs of all hidden pre-activations at a point, exactly: one of +, -, 0 each."""
    scale = math.lcm(*(value.denominator for value in point))
    values, signs = [int(value * scale) for value in point], []
    for weights, biases, common in layers[:-1]:
        values = [sum(w * x for w, x in zip(row, values)) + b * scale for row, b in zip(weights, biases)]
        scale *= common
        signs += ["+" if value > 0 else "-" if value < 0 else "0" for value in values]
        values = [max(value, 0) for value in values]
    return "".join(signs)


class Counter:
    """A walk down the tree of signs, one neuron a level."""

    def __init__(self, network: Network, half_side: int | None) -> None:
        self.network = network
        self.inputs = [z3.Real(f"x{i}") for i in range(network.shape[0])]
        self.solver = z3.SolverFor("QF_LRA")
        if half_side is not None:
            self.solver.add(*(z3.And(x > -half_side, x < half_side) for x in self.inputs))
        self.n_cells, self.maps = 0, set()

    def inside(self) -> Row:
        """A point of the cell that the solver holds, if it has an interior."""
        if self.solver.check() != z3.sat:
            return []
        model = self.solver.model()
        return [model.eval(x, model_completion=True).as_fraction() for x in self.inputs]

    def rows(self, layer: int, forms: list[Row]) -> list[Row]:
        """The layer's pre-activations as affine forms of the inputs, the constant last."""
        weights, biases = self.network.layers[layer]
        width = len(self.inputs) + 1
        made = []
        for row, bias in zip(weights, biases):
            form = [sum((w * f[j] for w, f in zip(row, forms) if w), Fraction(0)) for j in range(width)]
            form[-1] += bias
            made.append(form)
        return made

    def layer(self, layer: int, forms: list[Row], point: Row) -> None:
        """Walks on from the layer whose inputs are the forms on this cell."""
        before = self.rows(layer, forms)
        if layer == len(self.network.layers) - 1:
            self.n_cells += 1
            self.maps.add(tuple(map(tuple, before)))
        else:
            self.neuron(layer, before, [], point)

    def neuron(self, layer: int, before: list[Row], after: list[Row], point: Row) -> None:
        """Splits the cell by the layer's next neuron; `point` lies inside the cell."""
        if len(after) == len(before):
            self.layer(layer + 1, after, point)
            return
        form = before[len(after)]
        zero = [Fraction(0)] * len(form)
        if not any(form[:-1]):
            self.neuron(layer, before, [*after, form if form[-1] > 0 else zero], point)
            return
        terms = [z3.Q(a.numerator, a.denominator) * x for a, x in zip(form, self.inputs) if a]
        value = z3.Sum([*terms, z3.Q(form[-1].numerator, form[-1].denominator)])
        here = sum((a * x for a, x in zip(form, point)), form[-1])
        for side, kept in ((1, form), (-1, zero)):
            self.solver.push()
            self.solver.add(value > 0 if side > 0 else value < 0)
            inside = point if here * side > 0 else self.inside()
            if inside:
                self.neuron(layer, before, [*after, kept], inside)
            self.solver.pop()


def count(network: Network, half_side: int | None) -> tuple[int, int]:
    """The numbers of cells and of distinct affine maps, everywhere or in a cube around 0."""
    counter = Counter(network, half_side)
    width = network.shape[0] + 1
    forms = [[Fraction(int(i == j)) for j in range(width)] for i in range(width - 1)]
    counter.layer(0, forms, counter.inside())
    return counter.n_cells, len(counter.maps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--cube", type=int, help="half the side of a cube around 0 (default: everywhere)")
    arguments = parser.parse_args()
    begun, cpu = time.perf_counter(), time.process_time()
    cells, maps = count(Network.read(arguments.network), arguments.cube)
    print(json.dumps({"answer": "counted", "cells": cells, "maps": maps, "seconds": time.perf_counter() - begun,
                      "cpu_seconds": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
