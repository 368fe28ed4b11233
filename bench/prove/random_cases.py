"""Random small questions about equality, many of them degenerate; a seed is a question.

Networks have 1 to 3 inputs and 1 to 3 hidden layers of 1 to 4 neurons, with small whole numbers,
eighths or float32s for weights. Rows are repeated, turned around, zeroed; neurons die. The other
side is a scrambled copy, a copy that is off in one weight, a copy that says the same in more
neurons, one that differs only outside a box, or another network.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction

from exact_network import Layer, Network, Row, float32

ZERO = Fraction(0)
SCALES = [Fraction(p, q) for p in range(1, 6) for q in range(1, 6)]
TOLERANCES = [ZERO] * 5 + [Fraction(1, 10**6), Fraction(1, 8), Fraction(1)]
BOXES = [(Fraction(-1), Fraction(1)), (ZERO, Fraction(2)), (Fraction(-1, 3), Fraction(5, 7))]
MOVES = [Fraction(1, 10**9), Fraction(1, 10**6), Fraction(1, 8), Fraction(1)]


@dataclass
class Case:
    """Are two networks nowhere in the box (or anywhere, if there is none) further apart than this?"""

    kind: str
    left: Network
    right: Network
    box: list[tuple[Fraction, Fraction]] | None
    within: Fraction

    @property
    def on(self) -> str | None:
        """The box as Pellucid's `--on` has it."""
        if self.box is None:
            return None
        return ", ".join(f"x{i + 1} in [{low},{high}]" for i, (low, high) in enumerate(self.box))

    def is_refuted_by(self, point: Row) -> bool:
        """Is the point in the box and are the sides further apart there? Exactly."""
        inside = self.box is None or all(low <= x <= high for x, (low, high) in zip(point, self.box))
        return inside and max(abs(a - b) for a, b in zip(self.left(point), self.right(point))) > self.within


def weight(rng: random.Random, numbers: str) -> Fraction:
    """One weight of a kind; zero more often than by chance."""
    if rng.random() < 0.2:
        return ZERO
    if numbers == "whole":
        return Fraction(rng.randint(-3, 3))
    if numbers == "eighths":
        return Fraction(rng.randint(-16, 16), 8)
    return float32(rng.gauss(0, 1))


def random_layer(rng: random.Random, numbers: str, n_inputs: int, n_outputs: int, biased: bool) -> Layer:
    """A layer in which rows may depend on each other."""
    rows: list[Row] = []
    biases: Row = []
    for _ in range(n_outputs):
        row = [weight(rng, numbers) for _ in range(n_inputs)]
        bias = weight(rng, numbers) if biased else ZERO
        turn = rng.random()
        if rows and turn < 0.15:
            # A multiple of an earlier row: its double, its opposite, or parallel to it.
            factor, which = rng.choice([Fraction(1), Fraction(2), Fraction(-1)]), rng.randrange(len(rows))
            row = [factor * w for w in rows[which]]
            bias = factor * biases[which] if rng.random() < 0.7 else bias
        elif turn < 0.20:
            row = [ZERO] * n_inputs
        elif turn < 0.24:
            row, bias = [ZERO] * n_inputs, Fraction(-1)
        rows.append(row)
        biases.append(bias)
    return rows, biases


def random_network(rng: random.Random) -> Network:
    """A small network, its kind of numbers and whether it has biases drawn too."""
    numbers, biased = rng.choice(["whole", "whole", "eighths", "float32"]), rng.random() < 0.7
    widths = [rng.randint(1, 3), *(rng.randint(1, 4) for _ in range(rng.randint(1, 3))), rng.choice([1, 1, 1, 2])]
    return Network([random_layer(rng, numbers, a, b, biased) for a, b in zip(widths, widths[1:])])


def split_neuron(rng: random.Random, network: Network) -> Network:
    """One hidden neuron becomes two that share its outgoing weights."""
    layers = [([list(row) for row in weights], list(biases)) for weights, biases in network.layers]
    layer = rng.randrange(len(layers) - 1)
    neuron, share = rng.randrange(len(layers[layer][1])), Fraction(rng.randint(-2, 5), 3)
    layers[layer][0].append(list(layers[layer][0][neuron]))
    layers[layer][1].append(layers[layer][1][neuron])
    for row in layers[layer + 1][0]:
        row.append(share * row[neuron])
        row[neuron] *= 1 - share
    return Network(layers)


def turn_neuron(rng: random.Random, network: Network) -> Network:
    """A first-layer neuron by relu(z) = relu(-z) + relu(z') - relu(-z') with z' on the same plane."""
    layers = [([list(row) for row in weights], list(biases)) for weights, biases in network.layers]
    neuron = rng.randrange(len(layers[0][1]))
    row, bias = layers[0][0][neuron], layers[0][1][neuron]
    layers[0][0][neuron:neuron + 1] = [[-w for w in row], list(row), [-w / 2 for w in row]]
    layers[0][1][neuron:neuron + 1] = [-bias, bias, -bias / 2]
    for outgoing in layers[1][0]:
        w = outgoing[neuron]
        outgoing[neuron:neuron + 1] = [w, w, -2 * w]
    return Network(layers)


def add_outside(rng: random.Random, network: Network, box: list[tuple[Fraction, Fraction]]) -> Network:
    """A first-layer neuron more, which is off in the box and may be on outside it."""
    layers = [([list(row) for row in weights], list(biases)) for weights, biases in network.layers]
    row = [Fraction(rng.randint(-2, 2)) for _ in box]
    most = sum((max(w * low, w * high) for w, (low, high) in zip(row, box)), ZERO)
    layers[0][0].append(row)
    layers[0][1].append(-most)
    for outgoing in layers[1][0]:
        outgoing.append(Fraction(rng.randint(-2, 2)))
    return Network(layers)


def move_weight(rng: random.Random, network: Network) -> Network:
    """One weight moved by a little or a lot."""
    layer = rng.randrange(len(network.layers))
    weights = network.layers[layer][0]
    place = (layer, rng.randrange(len(weights)), rng.randrange(len(weights[0])))
    return network.moved(place, rng.choice([-1, 1]) * rng.choice(MOVES))


def case(seed: int) -> Case:
    """The question of a seed."""
    rng = random.Random(seed)
    left = random_network(rng)
    n_inputs, n_outputs = left.shape[0], left.shape[-1]
    box = [rng.choice(BOXES) for _ in range(n_inputs)]
    kind = rng.choice(["scrambled", "moved", "moved", "split", "turned", "outside", "other"])
    right = left
    if kind == "moved":
        right = move_weight(rng, left)
    elif kind == "split":
        right = split_neuron(rng, left)
    elif kind == "turned":
        right = turn_neuron(rng, left)
    elif kind == "outside":
        right = add_outside(rng, left, box)
    elif kind == "other":
        while (right := random_network(rng)).shape[::len(right.shape) - 1] != [n_inputs, n_outputs]:
            pass
    right = right.scrambled(rng, SCALES)
    everywhere = rng.random() < 0.5
    return Case(kind, left, right, None if everywhere else box, rng.choice(TOLERANCES))
