"""How fast networks are taken apart, on one core, and in how much memory.

Three sets, each in one run of `pellucid decompile FOLDER --json`, everything included: files read, formulas found,
certificates made and accepted by the checker, answers written.

  trained   2-8-1 networks from folders that train.py wrote, gone round until there are 10,000 files
  random    2-8-1 networks as PyTorch starts them, which nothing simple explains
  large     one 3-64-64-1 network, if a path is given

    for f in 'min(x1, x2)' 'max(x1, x2)' 'abs(x1 - x2)'; do
        bench/decompile/run train "OUT/$f" --shape "$f" 8 --seeds 0..125; done
    bench/decompile/run speed OUT/* --large BIG/median_x1_x2_x3.64-64-0.npz
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy
import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "prove"))

from launch import launch  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="with trained 2-8-1 networks")
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--n-random", type=int, default=1_000)
    parser.add_argument("--large", type=Path)
    parser.add_argument("--tolerance", default="1e-3")
    parser.add_argument("--pellucid", type=Path, default=HERE.parents[1] / "target" / "release" / "pellucid")
    arguments = parser.parse_args()
    print(f"{'networks':<30} {'n':>6} {'explained':>9} {'said not':>9} {'failed':>7} {'wall s':>8} {'cpu s':>8} "
          f"{'ms each':>8} {'MiB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        trained = sorted(path for folder in arguments.folders for path in folder.glob("*.npz"))
        if trained:
            for index in range(arguments.n):
                shutil.copy(trained[index % len(trained)], place(folder, "trained", index))
            measure(f"trained 2-8-1 ({len(trained)} different)", [Path(folder, "trained")], arguments)
        for index in range(arguments.n_random):
            write_random(index, place(folder, "random", index))
        if arguments.n_random:
            measure("random 2-8-1", [Path(folder, "random")], arguments)
    if arguments.large:
        measure(arguments.large.stem, [arguments.large], arguments)


def place(folder: str, name: str, index: int) -> Path:
    path = Path(folder, name, f"{index:05d}.npz")
    path.parent.mkdir(exist_ok=True)
    return path


def write_random(seed: int, path: Path) -> None:
    """A 2-8-1 network as PyTorch starts it."""
    torch.manual_seed(seed)
    layers = {"0": torch.nn.Linear(2, 8), "2": torch.nn.Linear(8, 1)}
    arrays = {f"{name}.{kind}": getattr(layer, kind).detach().numpy()
              for name, layer in layers.items() for kind in ("weight", "bias")}
    numpy.savez(path, **arrays)


def measure(name: str, paths: list[Path], arguments: argparse.Namespace) -> None:
    """One run, pinned to a core, and its line of the table."""
    command = [str(arguments.pellucid), "decompile", *map(str, paths), "--tolerance", arguments.tolerance, "--json"]
    outcome = launch(command, limit=600)
    output, wall, cpu = outcome.stdout, outcome.wall_seconds, outcome.cpu_seconds
    whole = len(paths) == 1 and paths[0].is_file()
    answers = [json.loads(output)] if whole and output else [json.loads(line) for line in output.splitlines()]
    explained = sum(answer.get("explained") is True for answer in answers)
    said = sum(answer.get("explained") is False for answer in answers)
    n = max(len(answers), 1)
    print(f"{name:<30} {len(answers):>6} {explained:>9} {said:>9} {len(answers) - explained - said:>7} {wall:>8.2f} "
          f"{cpu:>8.2f} {1e3 * cpu / n:>8.2f} {outcome.peak_mib:>6.0f}", flush=True)


if __name__ == "__main__":
    main()
