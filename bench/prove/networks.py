"""Makes the network files that all programs are measured on; the same seed makes the same files.

Each network NAME gives three files of Pellucid's own JSON format, every number an exact rational:

- NAME.json        hidden neurons permuted and rescaled by powers of two, so that every weight stays
                   the float32 that it was;
- NAME-copy.json   the same function: permuted and rescaled again, by rationals p/q;
- NAME-moved.json  another function: the copy with one weight moved by 1e-9.

NAME.onnx (float32), NAME.nnet (decimals) and NAME.npz (affinitree's layout, float64) are there for
programs that read those.
"""

from __future__ import annotations

import argparse
import json
import random
from fractions import Fraction
from pathlib import Path

from exact_network import Network, float32, random_point

MINIMA = [2, 4, 8, 16, 32]
SHAPES = [[2, 16, 16, 1], [4, 16, 16, 1], [5, 50, 50, 50, 50, 50, 50, 1]]
MOVE = Fraction(1, 10**9)
POWERS = [Fraction(2) ** k for k in range(-3, 4)]
RATIONALS = [Fraction(p, q) for p in range(1, 17) for q in range(1, 17)]


def minimum(n: int) -> Network:
    """The minimum of n = 2^k values by a tournament: min(a, b) = relu(a) - relu(-a) - relu(a - b)."""
    one, zero = Fraction(1), Fraction(0)
    values = [[one if i == j else zero for j in range(n)] for i in range(n)]
    layers = []
    while len(values) > 1:
        rows, outgoing = [], []
        for a, b in zip(values[::2], values[1::2]):
            outgoing.append(len(rows))
            rows += [[p - q for p, q in zip(a, b)], list(a), [-p for p in a]]
        layers.append((rows, [zero] * len(rows)))
        values = [[zero] * len(rows) for _ in outgoing]
        for value, first in zip(values, outgoing):
            value[first:first + 3] = [-one, one, -one]
    layers.append((values, [zero]))
    return Network(layers)


def random_network(rng: random.Random, shape: list[int]) -> Network:
    """PyTorch's default start of linear layers: uniform in +-1/sqrt(inputs), rounded to float32."""
    layers = []
    for n_inputs, n_outputs in zip(shape, shape[1:]):
        bound = n_inputs ** -0.5
        rows = [[float32(rng.uniform(-bound, bound)) for _ in range(n_inputs)] for _ in range(n_outputs)]
        layers.append((rows, [float32(rng.uniform(-bound, bound)) for _ in range(n_outputs)]))
    return Network(layers)


def moved_copy(rng: random.Random, copy: Network) -> Network:
    """The copy with one weight of its first layer moved, so that it is another function for sure."""
    rows, columns = len(copy.layers[0][0]), copy.shape[0]
    places = [(0, row, column) for row in range(rows) for column in range(columns)]
    rng.shuffle(places)
    for place in places:
        candidate = copy.moved(place, MOVE)
        points = (random_point(rng, columns) for _ in range(100))
        if any(candidate(point) != copy(point) for point in points):
            return candidate
    raise RuntimeError("no weight of the first layer changes the function at random points")


def name_of(shape: list[int]) -> str:
    """A file's name: 2-16-16-1."""
    return "-".join(str(width) for width in shape)


def write_onnx(network: Network, path: Path) -> None:
    """A chain of Gemm and Relu in float32."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    nodes, tensors, value = [], [], "input"
    layers = network.float_layers()
    for index, (weights, biases) in enumerate(layers):
        tensors += [numpy_helper.from_array(np.array(weights, np.float32), f"w{index}"),
                    numpy_helper.from_array(np.array(biases, np.float32), f"b{index}")]
        nodes.append(helper.make_node("Gemm", [value, f"w{index}", f"b{index}"], [f"z{index}"], transB=1))
        value = f"z{index}"
        if index < len(layers) - 1:
            nodes.append(helper.make_node("Relu", [value], [f"a{index}"]))
            value = f"a{index}"
    shape = network.shape
    graph = helper.make_graph(
        nodes, "network",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, shape[0]])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [1, shape[-1]])], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_nnet(network: Network, path: Path) -> None:
    """The .nnet text: sizes, input ranges, no scaling, then each layer's rows and biases."""
    shape, layers = network.shape, network.float_layers()
    n = shape[0]
    lines = ["// weights in decimals",
             f"{len(layers)},{n},{shape[-1]},{max(shape)},", ",".join(map(str, shape)) + ",", "0,",
             "-1.0," * n, "1.0," * n, "0.0," * (n + 1), "1.0," * (n + 1)]
    for weights, biases in layers:
        lines += ["".join(f"{w!r}," for w in row) for row in weights]
        lines += [f"{b!r}," for b in biases]
    path.write_text("\n".join(lines) + "\n")


def write_npz(network: Network, path: Path) -> None:
    """The layout that `affinitree.builder.read_npz` reads, float64."""
    import numpy as np
    layers, arrays, index = network.float_layers(), {}, 0
    for position, (weights, biases) in enumerate(layers):
        arrays[f"{index:03d}.linear.weights"] = np.array(weights, np.float64)
        arrays[f"{index:03d}.linear.bias"] = np.array(biases, np.float64)
        index += 1
        if position < len(layers) - 1:
            arrays[f"{index:03d}.relu"] = np.zeros(1)
            index += 1
    np.savez(path, **{"000.layers": np.array([index])}, **arrays)


def make(folder: Path, seed: int) -> list[str]:
    """Writes all files and gives the networks' names; says on the screen what could not be written."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    networks = {f"min{n}": minimum(n) for n in MINIMA}
    networks |= {name_of(shape): random_network(rng, shape) for shape in SHAPES}
    for name, plain in networks.items():
        network = plain.scrambled(rng, POWERS)
        copy = network.scrambled(rng, RATIONALS)
        moved = moved_copy(rng, copy)
        points = [random_point(rng, network.shape[0]) for _ in range(20)]
        assert all(plain(point) == network(point) == copy(point) for point in points), name
        for ending, which in (("", network), ("-copy", copy), ("-moved", moved)):
            which.write(folder / f"{name}{ending}.json")
        for ending, write in (("onnx", write_onnx), ("nnet", write_nnet), ("npz", write_npz)):
            try:
                write(network, folder / f"{name}.{ending}")
            except ImportError as error:
                print(f"{name}.{ending} is not written: {error}")
    (folder / "names.json").write_text(json.dumps({"seed": seed, "names": list(networks)}) + "\n")
    return list(networks)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(", ".join(make(arguments.out, arguments.seed)), "in", arguments.out)
