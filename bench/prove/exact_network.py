"""ReLU networks whose numbers are exact rationals.

A layer is (weights, biases) of `fractions.Fraction`, weights (out, in), with ReLU after every layer
but the last: the same network as in Pellucid's own JSON format, which is what is read and written.
Nothing here rounds but the functions whose names say float.
"""

from __future__ import annotations

import json
import random
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

Row = list[Fraction]
Layer = tuple[list[Row], Row]


@dataclass
class Network:
    """Layers in order; the last one has no ReLU."""

    layers: list[Layer]

    @property
    def shape(self) -> list[int]:
        """Widths from the inputs to the outputs, such as [2, 16, 16, 1]."""
        return [len(self.layers[0][0][0])] + [len(biases) for _, biases in self.layers]

    def __call__(self, point: Row) -> Row:
        """The outputs at a point, exactly."""
        values, last = list(point), len(self.layers) - 1
        for index, (weights, biases) in enumerate(self.layers):
            values = [sum((w * x for w, x in zip(row, values) if w), b) for row, b in zip(weights, biases)]
            if index < last:
                values = [max(value, Fraction(0)) for value in values]
        return values

    def float_layers(self):
        """Layers as float64 lists, each number the nearest one: what peers without rationals get."""
        return [([[float(w) for w in row] for row in weights], [float(b) for b in biases])
                for weights, biases in self.layers]

    def scrambled(self, rng: random.Random, scales: list[Fraction]) -> Network:
        """The same function from hidden neurons that are permuted and rescaled.

        A neuron's row and bias are multiplied by a positive scale and its outgoing weights are
        divided by it.
        """
        layers, columns = [], [(index, Fraction(1)) for index in range(self.shape[0])]
        for index, (weights, biases) in enumerate(self.layers):
            order = list(range(len(biases)))
            factors = [Fraction(1)] * len(biases)
            if index < len(self.layers) - 1:
                rng.shuffle(order)
                factors = [rng.choice(scales) for _ in order]
            rows = [[factor * weights[old][column] / scale for column, scale in columns]
                    for old, factor in zip(order, factors)]
            layers.append((rows, [factor * biases[old] for old, factor in zip(order, factors)]))
            columns = list(zip(order, factors))
        return Network(layers)

    def moved(self, place: tuple[int, int, int], by: Fraction) -> Network:
        """A copy with the weight at (layer, row, column) moved."""
        layers = [([list(row) for row in weights], list(biases)) for weights, biases in self.layers]
        layer, row, column = place
        layers[layer][0][row][column] += by
        return Network(layers)

    def write(self, path: Path) -> None:
        """Pellucid's own format, numbers as strings."""
        rows = [{"weights": [[str(w) for w in row] for row in weights], "biases": [str(b) for b in biases]}
                for weights, biases in self.layers]
        path.write_text(json.dumps({"pellucid": 1, "numbers": "exact", "layers": rows}) + "\n")

    @staticmethod
    def read(path: Path | str) -> Network:
        """Reads what `write` wrote."""
        def number(value) -> Fraction:
            return Fraction(str(value))
        layers = json.loads(Path(path).read_text())["layers"]
        return Network([([[number(w) for w in row] for row in layer["weights"]],
                         [number(b) for b in layer["biases"]]) for layer in layers])


def float32(value: float) -> Fraction:
    """The nearest float32, as the exact rational that it is: 0.1 gives 13421773/134217728."""
    return Fraction(struct.unpack("<f", struct.pack("<f", value))[0])


def random_point(rng: random.Random, n: int) -> Row:
    """A point of [-1, 1]^n with dyadic coordinates."""
    return [Fraction(rng.randrange(-(1 << 20), (1 << 20) + 1), 1 << 20) for _ in range(n)]
