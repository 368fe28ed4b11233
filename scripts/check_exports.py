#!/usr/bin/env python3
"""Has z3 and coqc decide what `pellucid prove` exports.

    pip install z3-solver          # and Debian's coq, for coqc
    cargo build --release
    python3 scripts/check_exports.py [--pellucid target/release/pellucid] [--seconds 60]

For every claim below that is true: the SMT-LIB script of the whole and all scripts of the folder are
unsat, and coqc accepts the Rocq file without axioms other than those of the reals. For every false
claim the script of the whole is sat. And a Rocq file or a folder in which a side, the theorem or the
cover was changed afterwards is not accepted. Prints a line a claim; exit status 1 if anything was
otherwise.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import z3

TRUE = [
    ("minimum", ["min(x1, x2)", "x1 - relu(x1 - x2)"]),
    ("maximum", ["max(x1, x2)", "x2 + relu(x1 - x2)"]),
    ("maximum of three, twice", ["max(x1, x2, x3)", "max(x2, max(x3, x1))"]),
    ("sum of absolute values", ["abs(x1) + abs(x2)", "max(x1 + x2, x1 - x2, x2 - x1, -x1 - x2)"]),
    ("absolute value on a box", ["abs(x1)", "x1", "--on", "[1,2]"]),
    ("median", ["median(x1, x2, x3)", "max(min(x1, x2), min(max(x1, x2), x3))"]),
    ("sort, three outputs", ["sort(x1, x2, x3)", "(min(x1,x2,x3), x1+x2+x3-min(x1,x2,x3)-max(x1,x2,x3), max(x1,x2,x3))"]),
    ("clamp", ["clamp(x1, -1/2, 3)", "-1/2 + relu(x1 + 1/2) - relu(x1 - 3)"]),
    ("pieces", ["pwl(x; (0,0), (1,2), (3,-1))", "2*x - 7/2*relu(x - 1)"]),
    ("within, one piece", ["x1", "x1 + 1/3", "--on", "[0,1]", "--within", "1/2"]),
    ("within, kinks", ["relu(x1 - x2)", "max(x1, x2)/2 + 1/4", "--on", "[-1,1]^2", "--within", "5/4"]),
    ("named inputs", ["max(a, b) - b", "relu(a - b)"]),
    ("two layers within", ["max(x1, x2, x3)", "max(x1, x2)", "--on", "[0,1]^3", "--within", "1"]),
    ("nested hinge", ["relu(relu(x1) - x2)", "relu(max(x1, 0) - x2)"]),
    ("opposite neurons", ["max(abs(x1), x2)", "x2 + relu(relu(x1) + relu(-x1) - x2)"]),
    ("polyhedron", ["max(x1, x2) + relu(x2 - 2)", "x1", "--on", "[0,1]^2 where x1 >= x2"]),
    ("shown on a larger domain", ["max(x1, x2)", "x2 + relu(x1 - x2)", "--on", "[0,1]^2 where x1 >= x2"]),
    ("within on a polyhedron", ["max(x1, x2, x3)", "x1", "--on", "[0,1]^3 where x1 >= x2, x1 + 1/3 >= x3", "--within", "1/3"]),
    ("always on inside a box", ["relu(x1 + 2) + relu(x2)", "x1 + 2 + relu(x2)", "--on", "[-1,1]^2"]),
]

FALSE = [
    ("minimum is not maximum", ["min(x1, x2)", "max(x1, x2)"]),
    ("off by a little", ["max(x1, x2)", "x2 + relu(x1 - x2) + 1/1000000"]),
    ("the bound is too small", ["relu(x1 - x2)", "max(x1, x2)/2 + 1/4", "--on", "[-1,1]^2", "--within", "6/5"]),
    ("finitely many points", ["min(x1, x2)", "relu(x1 + x2 - 1)", "--on", "{0,1,2}^2 where x1 <= x2"]),
    ("true on a smaller box", ["abs(x1)", "x1", "--on", "[-1,2]"]),
]


def network(widths, seed):
    """A network with random small rational weights, as Pellucid's JSON."""
    rng = random.Random(seed)
    number = lambda: str(Fraction(rng.randint(-8, 8), rng.choice([1, 2, 3, 4])))
    layers = [
        {"weights": [[number() for _ in range(n_in)] for _ in range(n_out)], "biases": [number() for _ in range(n_out)]}
        for n_in, n_out in zip(widths, widths[1:])
    ]
    return {"pellucid": 1, "layers": layers}


def scrambled(net, seed):
    """A copy with the neurons of every hidden layer permuted and rescaled."""
    rng = random.Random(seed)
    net = json.loads(json.dumps(net))
    for here, after in zip(net["layers"], net["layers"][1:]):
        n = len(here["weights"])
        order = rng.sample(range(n), n)
        scales = [Fraction(rng.randint(1, 9), rng.randint(1, 9)) for _ in range(n)]
        scale = lambda value, factor: str(Fraction(value) * factor)
        here["weights"] = [[scale(w, scales[k]) for w in here["weights"][k]] for k in order]
        here["biases"] = [scale(here["biases"][k], scales[k]) for k in order]
        after["weights"] = [[scale(row[k], 1 / scales[k]) for k in order] for row in after["weights"]]
    return net


def answer(path, seconds):
    """z3's answer to a script."""
    solver = z3.SolverFor("QF_LRA")
    solver.set("timeout", int(1000 * seconds))
    solver.from_file(str(path))
    return str(solver.check())


class Checks:
    def __init__(self, options):
        self.options = options
        self.wrong = []

    def expect(self, what, is_true):
        if not is_true:
            self.wrong.append(what)

    def prove(self, arguments, folder, exports):
        command = [self.options.pellucid, "prove", *arguments, *exports]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True)

    def coqc(self, path):
        ran = subprocess.run(
            ["coqc", path.name], cwd=path.parent, capture_output=True, text=True, timeout=20 * self.options.seconds
        )
        return ran.returncode == 0, ran.stdout

    def true_claim(self, name, arguments, folder, whole=True, rocq=True):
        exports = ["--smt", "whole.smt2", "--smt-leaves", "leaves"] + (["--rocq", "claim.v"] if rocq else [])
        ran = self.prove(arguments, folder, exports)
        self.expect(f"{name}: {ran.stdout}{ran.stderr}", ran.returncode == 0)
        if ran.returncode != 0:
            return
        start = time.time()
        whole_answer = answer(folder / "whole.smt2", self.options.seconds)
        whole_time = time.time() - start
        self.expect(f"{name}: the whole is {whole_answer}", whole_answer == "unsat" or not whole)
        scripts = sorted((folder / "leaves").iterdir())
        start = time.time()
        answers = {path.name: answer(path, self.options.seconds) for path in scripts}
        leaves_time = time.time() - start
        others = {file: a for file, a in answers.items() if a != "unsat"}
        self.expect(f"{name}: {others}", not others)
        line = f"{name}: whole {whole_answer} in {whole_time:.2f} s, {len(scripts)} scripts in {leaves_time:.2f} s"
        if rocq and self.options.coqc:
            start = time.time()
            accepted, told = self.coqc(folder / "claim.v")
            self.expect(f"{name}: coqc rejects its proof", accepted)
            line += f", coqc {time.time() - start:.1f} s"
            known = ("ClassicalDedekindReals", "FunctionalExtensionality", "Axioms", "Closed")
            axioms = [t for t in told.splitlines() if t[:1].isalpha() and not t.startswith(known)]
            self.expect(f"{name}: axioms {axioms}", not axioms)
        print(line, flush=True)

    def false_claim(self, name, arguments, folder):
        ran = self.prove(arguments, folder, ["--smt", "whole.smt2", "--rocq", "claim.v"])
        self.expect(f"{name}: is not refuted", ran.returncode == 1)
        self.expect(f"{name}: a proof was written", not (folder / "claim.v").exists())
        found = answer(folder / "whole.smt2", self.options.seconds)
        self.expect(f"{name}: the whole is {found}", found == "sat")
        print(f"{name}: whole {found}", flush=True)

    def tampered(self, folder):
        """What was changed after it was proved must not be accepted."""
        self.prove(["max(x1, x2)", "x2 + relu(x1 - x2)"], folder, ["--rocq", "claim.v", "--smt-leaves", "leaves"])
        text = (folder / "claim.v").read_text()
        definition = "Definition right_s1 : R := relu (x1 + (-1) * x2)."
        self.expect("the Rocq file is not as it was", definition in text)
        (folder / "changed.v").write_text(text.replace(definition, definition.replace("(-1)", "(-2)")))
        if self.options.coqc:
            self.expect("coqc accepts a changed side", not self.coqc(folder / "changed.v")[0])
        # Without lemmas: the theorem itself with another right side.
        theorem = text.replace("left_y1 = right_y1", "left_y1 = right_y1 + 1")
        (folder / "theorem.v").write_text(theorem)
        if self.options.coqc:
            self.expect("coqc accepts a changed theorem", not self.coqc(folder / "theorem.v")[0])
        step = folder / "leaves" / "step-right_s1.smt2"
        text = step.read_text()
        self.expect("the step is not as it was", "(* (- 1) x2)" in text)
        step.write_text(text.replace("(* (- 1) x2)", "(* (- 2) x2)", 1))
        self.expect("z3 accepts a changed step", answer(step, self.options.seconds) == "sat")
        self.prove(["max(x1, x2, x3)", "max(x2, max(x3, x1))"], folder, ["--smt-leaves", "three"])
        cover = folder / "three" / "cover.smt2"
        lines = cover.read_text().splitlines()
        self.expect("the cover lacks its first cell", any(line.endswith("; cell-1") for line in lines))
        cover.write_text("\n".join("false ; cell-1" if line.endswith("; cell-1") else line for line in lines))
        self.expect("z3 accepts a cover that lacks a cell", answer(cover, self.options.seconds) == "sat")
        print("changed exports are rejected", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pellucid", default="target/release/pellucid")
    parser.add_argument("--seconds", type=float, default=60, help="z3's time for one script")
    parser.add_argument("--quick", action="store_true", help="leave the larger networks out")
    options = parser.parse_args()
    options.pellucid = str(Path(options.pellucid).resolve())
    options.coqc = shutil.which("coqc")
    if not options.coqc:
        print("there is no coqc: Rocq files are not checked")
    checks = Checks(options)
    with tempfile.TemporaryDirectory() as folder:
        def fresh():
            return Path(tempfile.mkdtemp(dir=folder))

        for name, arguments in TRUE:
            checks.true_claim(name, arguments, fresh())
        for name, arguments in FALSE:
            checks.false_claim(name, arguments, fresh())
        checks.tampered(fresh())
        small = [[2, 4, 1], [2, 3, 3, 1], [3, 4, 3, 2]]
        for seed, widths in enumerate(small + ([] if options.quick else [[2, 16, 16, 1], [4, 16, 16, 1]])):
            place = fresh()
            net = network(widths, seed)
            (place / "net.json").write_text(json.dumps(net))
            (place / "copy.json").write_text(json.dumps(scrambled(net, seed + 1)))
            shape = "-".join(map(str, widths))
            # z3 does not answer on the whole of the larger ones.
            large = max(widths) > 8
            checks.true_claim(f"{shape} and its copy", ["net.json", "copy.json"], place, whole=not large)
        for seed, widths in enumerate([[2, 3, 1], [2, 4, 1], [2, 3, 2, 1]] + ([] if options.quick else [[2, 8, 8, 1]])):
            place = fresh()
            net = network(widths, seed + 10)
            (place / "net.json").write_text(json.dumps(net))
            # Rescaled beyond recognition in one weight: a claim that takes all cells.
            net["layers"][-1]["weights"][0][0] = str(Fraction(net["layers"][-1]["weights"][0][0]) + Fraction(1, 10**6))
            (place / "near.json").write_text(json.dumps(net))
            shape = "-".join(map(str, widths))
            arguments = ["net.json", "near.json", "--on", "[-1,1]^2", "--within", "1/100"]
            checks.true_claim(f"{shape} and one with a weight moved", arguments, place, whole=max(widths) < 8)
    for what in checks.wrong:
        print(f"wrong: {what}")
    print("all as it should be" if not checks.wrong else f"{len(checks.wrong)} wrong")
    sys.exit(bool(checks.wrong))


if __name__ == "__main__":
    main()
