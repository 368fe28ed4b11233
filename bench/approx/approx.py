"""How many neurons approximations take, shallow and deep, beside the known lower bound.

Each function is compiled on its interval (or box) within tolerances from 1e-1 down, once as small as Pellucid
can and once with one hidden layer. Every row is of a network whose error is proved by a certificate
that the command's own checker accepted. The network is also evaluated in float64 at random points; the largest
error seen there must be below the proved bound, and is shown as a part of it.

Columns: hidden neurons deep and shallow, pieces of the shallow one, the fewest pieces that any path inside the
error tube can have, their ratio, the proved error as a part of the tolerance, the error seen as a part of the proved
one, seconds of both runs.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import time
from fractions import Fraction

# The function, where, and how Python computes it.
FUNCTIONS = [
    ("x^2", "[0,1]", lambda x: x * x),
    ("x^2", "[-1,2]", lambda x: x * x),
    ("sin(x)", "[-4,4]", math.sin),
    ("sin(x)", "[-40,40]", math.sin),
    ("cos(x)", "[-4,4]", math.cos),
    ("exp(x)", "[0,1]", math.exp),
    ("exp(x)", "[-3,3]", math.exp),
    ("log(x)", "[1/10,10]", math.log),
    ("sqrt(x)", "[0,4]", math.sqrt),
    ("tanh(x)", "[-3,3]", math.tanh),
    ("sigmoid(x)", "[-6,6]", lambda x: 1 / (1 + math.exp(-x))),
    ("softplus(x)", "[-6,6]", lambda x: math.log1p(math.exp(x))),
    ("1/x", "[1/4,4]", lambda x: 1 / x),
    ("x^3", "[-1,1]", lambda x: x**3),
    ("exp(-x^2)", "[-3,3]", lambda x: math.exp(-x * x)),
    ("sin(x^2) + exp(x)", "[-1,2]", lambda x: math.sin(x * x) + math.exp(x)),
    ("x1*x2", "[-1,1]^2", lambda a, b: a * b),
    ("x1^2 + x2^2", "[-1,1]^2", lambda a, b: a * a + b * b),
    ("exp(-x1^2 - x2^2)", "[-1,1]^2", lambda a, b: math.exp(-a * a - b * b)),
    ("x1*sin(x2)", "[-1,1] x [-3,3]", lambda a, b: a * math.sin(b)),
]
TOLERANCES = ["1e-1", "1e-2", "1e-3", "1e-4", "1e-5", "1e-6"]


def sides(text: str) -> list[tuple[float, float]]:
    """A box as Pellucid writes it: `[-1,1]^2` or `[0,1] x [2,3]`."""
    found: list[tuple[float, float]] = []
    for part in text.split(" x "):
        interval, _, power = part.partition("^")
        low, high = interval.strip("[]").split(",")
        found += [(float(Fraction(low)), float(Fraction(high)))] * int(power or 1)
    return found


def evaluate(layers: list[tuple[list[list[float]], list[float]]], point: list[float]) -> float:
    """The network's output in float64."""
    values = point
    for index, (weights, biases) in enumerate(layers):
        values = [sum(map(float.__mul__, row, values)) + bias for row, bias in zip(weights, biases)]
        if index + 1 < len(layers):
            values = [max(value, 0.0) for value in values]
    return values[0]


def compile_within(arguments: argparse.Namespace, text: str, box: str, within: str, *more: str) -> dict | None:
    """The answer of `compile --within`, or `None` when it gave up."""
    command = [arguments.pellucid, "compile", text, "--within", within, "--on", box, "--json"]
    command += ["--timeout", str(arguments.limit), *more]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"  {text} {within}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout) | {"seconds": time.perf_counter() - start}


def row(arguments: argparse.Namespace, text: str, box: str, function, within: str) -> dict:
    """One line of the table."""
    deep = compile_within(arguments, text, box, within)
    shallow = compile_within(arguments, text, box, within, "--layers", "1")
    found: dict = {"function": text, "on": box, "within": within}
    for name, answer in [("deep", deep), ("shallow", shallow)]:
        if answer is None:
            continue
        layers = [
            ([[float(Fraction(w)) for w in weights] for weights in layer["weights"]],
             [float(Fraction(b)) for b in layer["biases"]])
            for layer in answer["layers"]
        ]  # fmt: skip
        rng = random.Random(1)
        points = [[rng.uniform(*side) for side in sides(box)] for _ in range(arguments.points)]
        seen = max(abs(function(*point) - evaluate(layers, point)) for point in points)
        low, high = (float(Fraction(answer["error"][end])) for end in ("low", "high"))
        proved = max(-low, high)
        found |= {
            f"{name}_neurons": answer["hidden_neurons"],
            f"{name}_seconds": answer["seconds"],
            f"{name}_proved": proved / float(within),
            f"{name}_seen": seen / proved if proved else 0.0,
        }
        if seen > proved * (1 + 1e-9) + 1e-12:
            found["wrong"] = True
    if shallow is not None and shallow.get("lower_bound"):
        pieces, at_least = shallow.get("pieces"), shallow["lower_bound"]["pieces"]
        found |= {"pieces": pieces, "at_least": at_least, "ratio": pieces / at_least if pieces else None}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pellucid", default="target/release/pellucid")
    parser.add_argument("--only", help="functions whose text contains this")
    parser.add_argument("--tolerances", default=",".join(TOLERANCES))
    parser.add_argument("--limit", type=float, default=60, help="seconds for each run")
    parser.add_argument("--points", type=int, default=300, help="random points at which errors are looked at")
    parser.add_argument("--json", help="write all figures here")
    arguments = parser.parse_args()
    rows = []
    print(f"{'function':20} {'on':16} {'within':>6} {'deep':>5} {'shallow':>7} {'pieces':>6} {'least':>6} "
          f"{'ratio':>5} {'proved':>6} {'seen':>5} {'s':>6}")  # fmt: skip
    for text, box, function in FUNCTIONS:
        if arguments.only and arguments.only not in text:
            continue
        for within in arguments.tolerances.split(","):
            found = row(arguments, text, box, function, within)
            rows.append(found)

            def cell(key: str, form: str, width: int, found: dict = found) -> str:
                value = found.get(key)
                return "-".rjust(width) if value is None else format(value, form).rjust(width)

            seconds = sum(found.get(f"{name}_seconds", 0) for name in ("deep", "shallow"))
            print(f"{text:20} {box:16} {within:>6} {cell('deep_neurons', 'd', 5)} {cell('shallow_neurons', 'd', 7)} "
                  f"{cell('pieces', 'd', 6)} {cell('at_least', 'd', 6)} {cell('ratio', '.2f', 5)} "
                  f"{cell('deep_proved', '.2f', 6)} {cell('deep_seen', '.2f', 5)} {seconds:6.2f}"
                  f"{'  WRONG' if found.get('wrong') else ''}", flush=True)  # fmt: skip
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(rows, file, indent=1)
    return 1 if any(found.get("wrong") for found in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
