"""Trains networks for known functions, with which decompile is then tried.

Writes .npz files with the weights as float32 under the names of a state dict, and index.json with a line for
each: the function, the box, the widths, the seed, the loss on fresh data (mean squared error of the float32
weights), the path. All seeds of a shape are trained at once: Adam on fresh batches, then Levenberg-Marquardt on a
large sample (L-BFGS where the weights are many).

    bench/decompile/run train OUT              # 20 functions, two widths, seeds 0 to 9: 400 networks
    bench/decompile/run train OUT --big        # a few with far more neurons than are needed
    bench/decompile/run train OUT --shape 'min(x1, x2)' 8 --seeds 0..100
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy
import torch

import stacks
from targets import BIG, SMALL, Target

HERE = Path(__file__).resolve().parent
BATCH, RATE = 512, 1e-2
N_SAMPLE, N_FRESH = 4096, 20_000
# More weights than this, and L-BFGS is cheaper than the normal equations.
MANY_WEIGHTS = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--big", action="store_true", help="the over-parameterised ones instead")
    parser.add_argument("--shape", nargs="+", metavar=("FUNCTION", "WIDTH"), help="one function at these widths")
    parser.add_argument("--only", default="", help="functions whose text contains this")
    parser.add_argument("--seeds", help="such as 0..10, the end left out")
    parser.add_argument("--steps", type=int, help="of Adam")
    parser.add_argument("--finish", type=int, help="steps of the second order")
    parser.add_argument("--pellucid", type=Path, default=HERE.parents[1] / "target" / "release" / "pellucid")
    arguments = parser.parse_args()
    first, last = map(int, (arguments.seeds or ("0..3" if arguments.big else "0..10")).split(".."))
    seeds = list(range(first, last))
    arguments.out.mkdir(parents=True, exist_ok=True)
    index_path = arguments.out / "index.json"
    index = []
    for target, hidden in shapes(arguments):
        start = time.time()
        networks = train(target, hidden, seeds, arguments)
        for seed, network in zip(seeds, networks):
            path = arguments.out / f"{name(target, hidden)}-{seed}.npz"
            numpy.savez(path, **network)
            index.append({"function": target.function, "domain": target.box,
                          "widths": [target.n_inputs, *hidden, n_outputs(target)], "seed": seed,
                          "loss": fresh_loss(target, network, seed), "path": str(path)})
        # Written after every shape, so that others need not wait for all of them.
        index_path.write_text("[\n" + ",\n".join(map(json.dumps, index)) + "\n]\n")
        good = sum(entry["loss"] < 1e-6 for entry in index[-len(seeds):])
        print(f"{target.function:<28} {hidden!s:<12} {good:>3} of {len(seeds)} below 1e-6   "
              f"{time.time() - start:.1f} s", flush=True)


def shapes(arguments: argparse.Namespace) -> list[tuple[Target, list[int]]]:
    """What is to be trained: targets with hidden widths."""
    if arguments.shape:
        function, *widths = arguments.shape
        known = [target for target in [*SMALL, *(t for t, _ in BIG)] if target.function == function]
        if not known:
            raise SystemExit(f"`{function}` is not among the functions of targets.py")
        return [(known[0], [int(width) for width in widths])]
    if arguments.big:
        return [(target, hidden) for target, hidden in BIG if arguments.only in target.function]
    found = []
    for target in SMALL:
        if arguments.only in target.function:
            smallest = smallest_widths(target, arguments.pellucid)
            found += [(target, smallest), (target, [3 * width for width in smallest])]
    return found


def smallest_widths(target: Target, pellucid: Path) -> list[int]:
    """The hidden widths of the smallest network known; one neuron where none would be enough."""
    command = [pellucid, "compile", target.function, "--on", target.box, "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(answer)["widths"] or [1]


def train(target: Target, hidden: list[int], seeds: list[int], arguments: argparse.Namespace) -> list[dict]:
    """Networks as state dicts of float32 arrays."""
    widths = [target.n_inputs, *hidden, n_outputs(target)]
    n_weights = sum((n + 1) * m for n, m in zip(widths, widths[1:]))
    many = n_weights > MANY_WEIGHTS
    random = torch.Generator().manual_seed(seeds[0])

    def batch(_step: int) -> tuple[torch.Tensor, torch.Tensor]:
        points = target.points(BATCH, random)
        return points, target.values(points)

    layers = stacks.adam(stacks.initial(widths, seeds), batch, arguments.steps or 3000, RATE if not many else RATE / 3)
    points = target.points(N_SAMPLE * (2 if many else 1), random)
    sample = (points, target.values(points))
    if many:
        single = [[(w[i:i + 1], b[i:i + 1]) for w, b in layers] for i in range(len(seeds))]
        single = [stacks.lbfgs(network, *sample, arguments.finish or 2000) for network in single]
        layers = [tuple(torch.cat(parts) for parts in zip(*layer)) for layer in zip(*single)]
    else:
        layers = stacks.levenberg_marquardt(layers, *sample, arguments.finish or 150)
    names = [str(2 * index) for index in range(len(layers))]
    return [{f"{name}.{kind}": tensor[i].numpy().astype(numpy.float32)
             for name, layer in zip(names, layers) for kind, tensor in zip(("weight", "bias"), layer)}
            for i in range(len(seeds))]


def fresh_loss(target: Target, network: dict, seed: int) -> float:
    """The mean squared error of what was saved, on points that it was not trained on."""
    points = target.points(N_FRESH, torch.Generator().manual_seed(1_000_003 + seed))
    tensors = [torch.from_numpy(array).double().unsqueeze(0) for array in network.values()]
    return float(stacks.losses(list(zip(tensors[::2], tensors[1::2])), points, target.values(points)))


def n_outputs(target: Target) -> int:
    return target.values(torch.zeros(1, target.n_inputs, dtype=torch.float64)).shape[1]


def name(target: Target, hidden: list[int]) -> str:
    """A file name: the function in letters, digits and words for signs, and the hidden widths."""
    signs = {"+": "_plus_", "-": "_minus_", "/": "over", ",": "_", "(": "_", ")": "_"}
    parts = "".join(c if c.isalnum() else signs.get(c, "") for c in target.function).split("_")
    return f"{'_'.join(filter(None, parts))}.{'-'.join(map(str, hidden))}"


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
