"""Are trained networks read right? Takes apart what train.py wrote and holds each formula against the function.

For each function and shape: how many networks, how many of them trained well (loss below 1e-6), and of those
for how many

  right      the formula is the function on the whole box, as `pellucid prove` decides, and explains the network
  (not expl) the formula is the function, but the network is further from it than the tolerance and this is said
  near       another formula, which is within the tolerance of the network all the same
  said       another formula, said not to explain the network
  refused    no formula
  WRONG      said to explain the network, but further from it than it says

The last must never happen. It is judged by a second road: the network as PyTorch would run it, in float64, beside
the formula in Python, at random points and where the answer says that the deviation is largest. Networks that did
not train well are held to that as well. Misses are written to a file in detail. Status 1 if an answer was wrong.

    bench/decompile/run trained FOLDER --tolerance 1e-3
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
WELL_TRAINED = 1e-6
N_POINTS = 20_000
VERDICTS = ["right", "right, not explained", "near", "said", "refused", "WRONG"]


@dataclass
class Case:
    """A trained network, what was said of it, and how that is judged."""

    entry: dict
    answer: dict
    seconds: float
    verdict: str
    why: str = ""

    @property
    def is_well_trained(self) -> bool:
        return self.entry["loss"] < WELL_TRAINED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tolerance", default="1e-3")
    parser.add_argument("--only", default="", help="functions whose text contains this")
    parser.add_argument("--limit", type=float, default=60, help="seconds for a network")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--misses", type=Path, help="otherwise misses.txt in the folder")
    parser.add_argument("--pellucid", type=Path, default=HERE.parents[1] / "target" / "release" / "pellucid")
    arguments = parser.parse_args()
    index = json.loads((arguments.folder / "index.json").read_text())
    index = [entry for entry in index if arguments.only in entry["function"]]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        cases = list(pool.map(lambda entry: judged(entry, arguments), index))
    misses = arguments.misses or arguments.folder / "misses.txt"
    misses.write_text("".join(map(told, filter(is_miss, cases))))
    print_table(cases)
    print(f"misses: {misses}")
    sys.exit(any(case.verdict == "WRONG" for case in cases))


def judged(entry: dict, arguments: argparse.Namespace) -> Case:
    """Takes a network apart and judges the answer."""
    command = [arguments.pellucid, "decompile", entry["path"], "--on", entry["domain"],
               "--tolerance", arguments.tolerance, "--json"]
    start = time.time()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.limit)
    except subprocess.TimeoutExpired:
        return Case(entry, {}, time.time() - start, "refused", f"killed after {arguments.limit:g} s")
    seconds = time.time() - start
    if not done.stdout:
        return Case(entry, {}, seconds, "refused", done.stderr.strip())
    answer = json.loads(done.stdout)
    wrong = wrongly_claimed(entry, answer, Fraction(arguments.tolerance))
    if wrong:
        return Case(entry, answer, seconds, "WRONG", wrong)
    if is_function(answer["formula"], entry, arguments):
        return Case(entry, answer, seconds, "right" if answer["explained"] else "right, not explained")
    return Case(entry, answer, seconds, "near" if answer["explained"] else "said")


def is_function(formula: str, entry: dict, arguments: argparse.Namespace) -> bool:
    """Is the formula the function, on the whole box?"""
    names = ",".join(f"x{i + 1}" for i in range(entry["widths"][0]))
    command = [arguments.pellucid, "prove", formula, entry["function"], "--on", entry["domain"], "--json",
               "--inputs", names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.limit)
    return done.returncode == 0


def wrongly_claimed(entry: dict, answer: dict, tolerance: Fraction) -> str:
    """What is not as the answer says, or nothing."""
    if answer["max_deviation"] in (None, "infinite"):
        return "it is said to explain without a bound" if answer["explained"] else ""
    claimed = Fraction(answer["max_deviation"])
    if answer["explained"] != (claimed <= tolerance):
        return f"explained is {answer['explained']} with a deviation of {float(claimed)}"
    n_inputs = entry["widths"][0]
    low, high = map(float, entry["domain"].partition("^")[0].strip("[]").split(","))
    points = numpy.random.default_rng(entry["seed"]).uniform(low, high, (N_POINTS, n_inputs))
    worst = [float(Fraction(x)) for x in answer["max_deviation_at"]["input"]]
    points = numpy.vstack([points, worst])
    off = numpy.abs(network_values(entry["path"], points) - formula_values(answer["formula"], points)).max(axis=1)
    if off.max() > float(claimed) + 1e-9:
        at = points[off.argmax()].tolist()
        return f"off by {off.max()} at {at}, said to be at most {float(claimed)}"
    if abs(off[-1] - float(claimed)) > 1e-9:
        return f"off by {off[-1]} at {worst}, said to be {float(claimed)}"
    return ""


def network_values(path: str, points: numpy.ndarray) -> numpy.ndarray:
    """(n, outputs) the network in float64."""
    arrays = list(numpy.load(path).values())
    values = points
    for index in range(0, len(arrays), 2):
        values = values @ arrays[index].T.astype(float) + arrays[index + 1].astype(float)
        values = values if index + 2 == len(arrays) else numpy.maximum(values, 0)
    return values


def formula_values(formula: str, points: numpy.ndarray) -> numpy.ndarray:
    """(n, outputs) the formula in float64."""
    names = {f"x{i + 1}": column for i, column in enumerate(points.T)}
    text = formula.replace(";", ",")  # pwl(x; (0, 0), (1, 2))
    found = eval(text, {"__builtins__": {}} | WORDS | names)  # of Pellucid's own making
    outputs = found if isinstance(found, tuple) else (found,)
    return numpy.stack([numpy.broadcast_to(output, len(points)) for output in outputs], axis=1)


def fold(pick):
    """A function of two numbers, of any number of them."""
    def folded(first, *rest):
        for other in rest:
            first = pick(first, other)
        return first
    return folded


def pwl(x, *corners):
    """Straight lines between corners; the outer ones go on."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(corners, corners[1:])]
    bends = zip(corners[1:], slopes, slopes[1:])
    value = corners[0][1] + slopes[0] * (x - corners[0][0])
    return value + sum((after - before) * numpy.maximum(x - at[0], 0) for at, before, after in bends)


WORDS = {
    "pwl": pwl,
    "relu": lambda x: numpy.maximum(x, 0),
    "abs": numpy.abs,
    "min": fold(numpy.minimum),
    "max": fold(numpy.maximum),
    "clamp": lambda x, low, high: numpy.minimum(numpy.maximum(x, low), high),
    "median": lambda *values: numpy.median(numpy.stack(numpy.broadcast_arrays(*values)), axis=0),
}


def is_miss(case: Case) -> bool:
    return case.verdict == "WRONG" or (case.is_well_trained and not case.verdict.startswith("right"))


def told(case: Case) -> str:
    """A case in detail."""
    entry, answer = case.entry, case.answer
    text = f"{entry['path']}\n  {case.verdict}: {entry['function']} {entry['widths']} loss {entry['loss']:.3g}\n"
    if answer:
        deviation = answer["max_deviation"]
        known = "infinite" if deviation in (None, "infinite") else f"{float(Fraction(deviation)):.3g}"
        text += f"  formula {answer['formula']}\n  deviation {known}, explained {answer['explained']}\n"
    return text + (f"  {case.why}\n" if case.why else "") + "\n"


def print_table(cases: list[Case]) -> None:
    """A line for each function and shape, and the sum."""
    head = ["right", "(not expl)", "near", "said", "refused", "WRONG"]
    print(f"{'function':<30} {'shape':<12} {'n':>4} {'<1e-6':>6} " + " ".join(f"{word:>10}" for word in head)
          + f" {'s each':>7}")
    shapes: dict[tuple, list[Case]] = {}
    for case in cases:
        shapes.setdefault((case.entry["function"], tuple(case.entry["widths"])), []).append(case)
    for (function, widths), group in [*shapes.items(), (("all", ()), cases)]:
        well = [case for case in group if case.is_well_trained]
        counts = Counter(case.verdict for case in well)
        counts["WRONG"] = sum(case.verdict == "WRONG" for case in group)
        mean = sum(case.seconds for case in group) / max(len(group), 1)
        print(f"{function:<30} {'-'.join(map(str, widths)):<12} {len(group):>4} {len(well):>6} "
              + " ".join(f"{counts[verdict]:>10}" for verdict in VERDICTS) + f" {mean:>7.2f}")


if __name__ == "__main__":
    main()
