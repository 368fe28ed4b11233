"""How time and memory grow with the number of linear cells, measured and drawn.

One random network (float32 weights) is walked on cubes [-r, r]^n of growing r, so that the number of
cells grows and the cost of a cell, which the network's size sets, does not. `cells` counts them (the
number alone, in flat memory, or regions and maps too, which must be remembered) and lists them; `prove` compares the network with a copy whose neurons are permuted and rescaled, with the
canonical form off where Pellucid has that option. (Where it has not, the copy has one weight moved
by 1e-9 and the tolerance is 1/1000, so that a walk is needed.) Both axes of the picture are
logarithmic; the fitted exponents of cells are printed: 1 is linear, 0 is flat.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "prove"))
from networks import RATIONALS, moved_copy, random_network  # noqa: E402
from pellucid import Pellucid  # noqa: E402
from launch import launch  # noqa: E402

SERIES = {"cells, number": "#2a9d8f", "cells --count": "#1b6ca8", "cells, list": "#6a4c93", "prove": "#b5462f"}


def halves(text: str) -> list[int]:
    """5-20-20-1 as [5, 20, 20, 1]."""
    return [int(part) for part in text.split("-")]


def cube(radius: Fraction, n_inputs: int) -> str:
    """The cube as `--on` has it."""
    return f"[-{radius},{radius}]^{n_inputs}"


def measure(arguments: argparse.Namespace) -> list[dict]:
    """A row for each series and radius, until the goal or the time limit."""
    pellucid = Pellucid(arguments.pellucid, arguments.limit)
    rng = random.Random(arguments.seed)
    network = random_network(rng, arguments.shape)
    n_inputs, folder = arguments.shape[0], arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    left, right, listed = folder / "network.json", folder / "other.json", folder / "proof.json"
    network.write(left)
    copy = network.scrambled(rng, RATIONALS)
    walks = pellucid.has("prove", "--no-canonical")
    (copy if walks else moved_copy(rng, copy)).write(right)
    extra = ["--no-canonical"] if walks else ["--within", "1/1000"]
    alive, rows, radius = set(SERIES), [], Fraction(1, 128)
    while alive:
        on, n_cells = ["--on", cube(radius, n_inputs)], None
        common = [*on, "--max-cells", str(10**9)]
        commands = {
            "cells, number": [pellucid.path, "cells", str(left), *common, "--only-cells"],
            "cells --count": [pellucid.path, "cells", str(left), *common, "--count"],
            "cells, list": [pellucid.path, "cells", str(left), *common],
            "prove": [pellucid.path, "prove", str(left), str(right), *common, *extra, "--json",
                      "--certificate", str(listed)],
        }
        for series in SERIES:
            if series not in alive:
                continue
            outcome = launch(commands[series], arguments.limit, keep=series != "cells, list")
            if outcome.status != 0:
                alive.discard(series)
                why = "out of time" if outcome.out_of_time else outcome.stderr.strip()[-200:]
                print(f"{series:<14} r = {radius}: stopped, {why}", flush=True)
                continue
            if series in ("cells, number", "cells --count"):
                n_cells = int(outcome.stdout.split()[0].replace(",", ""))
            elif series == "cells, list":
                n_cells = int(re.search(r"([\d,]+) linear cell", outcome.stderr)[1].replace(",", ""))
            else:
                n_cells = json.loads(outcome.stdout).get("cells") or n_cells
            # Fewer show the start of the program, not the walk.
            if n_cells is None or n_cells < 100:
                continue
            rows.append({"series": series, "radius": str(radius), "cells": n_cells,
                         "seconds": outcome.cpu_seconds, "peak_mib": outcome.peak_mib})
            print(f"{series:<14} {n_cells:>9} cells {outcome.cpu_seconds:>10.3f} s {outcome.peak_mib:>7.0f} MiB",
                  flush=True)
            if n_cells >= arguments.goal:
                alive.discard(series)
        biggest = max((row["cells"] for row in rows), default=0)
        if radius > 10**6:
            print(f"the network has no more than about {biggest} cells: give a larger --shape")
            break
        radius *= Fraction(3, 2)
    return rows


def exponent(rows: list[dict], key: str, least: int) -> float | None:
    """The slope of log(key) against log(cells), by least squares, from `least` cells on."""
    points = [(math.log(row["cells"]), math.log(max(row[key], 1e-6))) for row in rows if row["cells"] >= least]
    if len(points) < 3:
        return None
    mean_x, mean_y = (sum(axis) / len(points) for axis in zip(*points))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else None


def draw(rows: list[dict], path: Path, title: str, least: int) -> None:
    """Time and memory against cells, logarithmic on both axes."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, panels = plt.subplots(1, 2, figsize=(10, 4.2), constrained_layout=True)
    for panel, key, label in zip(panels, ("seconds", "peak_mib"), ("processor time (s)", "peak memory (MiB)")):
        for series, colour in SERIES.items():
            mine = sorted((row for row in rows if row["series"] == series), key=lambda row: row["cells"])
            if not mine:
                continue
            slope = exponent(mine, key, least)
            name = series if slope is None else f"{series}: cells^{slope:.2f}"
            panel.plot([row["cells"] for row in mine], [row[key] for row in mine], "o-", color=colour,
                       markersize=4, linewidth=1.2, label=name)
        panel.set(xscale="log", yscale="log", xlabel="linear cells", ylabel=label)
        # Whole decades, so that slopes can be seen.
        for limits, setter in ((panel.get_xlim(), panel.set_xlim), (panel.get_ylim(), panel.set_ylim)):
            low, high = (math.log10(limit) for limit in limits)
            setter(10 ** math.floor(low + 0.05), 10 ** math.ceil(high - 0.05))
        panel.grid(True, which="major", linewidth=0.4, alpha=0.5)
        panel.spines[["top", "right"]].set_visible(False)
        if rows:
            panel.legend(frameon=False)
    figure.suptitle(title)
    figure.savefig(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = HERE.parent.parent
    parser.add_argument("--pellucid", type=Path, default=root / "target/release/pellucid")
    parser.add_argument("--shape", type=halves, default=[5, 24, 24, 1], metavar="5-24-24-1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--goal", type=float, default=1e6, help="stop a series at this many cells")
    parser.add_argument("--limit", type=float, default=600, help="stop a series at a run of this many seconds")
    parser.add_argument("--from-cells", type=int, default=1000, help="fit exponents from this many cells on")
    parser.add_argument("--out", type=Path, default=HERE.parent / "out/growth")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    arguments = parser.parse_args()
    if not arguments.pellucid.is_file():
        parser.error(f"there is no {arguments.pellucid}: run `cargo build --release`, or give --pellucid PATH")
    rows = measure(arguments)
    for series in SERIES:
        mine = [row for row in rows if row["series"] == series]
        slopes = [exponent(mine, key, arguments.from_cells) for key in ("seconds", "peak_mib")]
        told = ["not known" if slope is None else f"{slope:.2f}" for slope in slopes]
        print(f"{series:<14} time grows as cells^{told[0]}, memory as cells^{told[1]} "
              f"(from {arguments.from_cells} cells)")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    shape = "-".join(map(str, arguments.shape))
    for ending in ("svg", "png"):
        draw(rows, arguments.out / f"growth.{ending}", f"Pellucid on a {shape} network in growing cubes",
             arguments.from_cells)
    print("drawn:", arguments.out / "growth.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
