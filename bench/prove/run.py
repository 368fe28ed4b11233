"""Runs Pellucid and its peers on the same files, each on one core, and prints what each took, the
ratio to Pellucid, the peak of its memory, and which answers were wrong.

`solver` is the processor time of solving alone; `whole` is the wall time of the whole process, with
its start and the reading of files. Short runs are repeated and the least time counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

from exact_network import Network
from launch import launch
from networks import make
from pellucid import Pellucid
from questions import Cells, Equality, counts, equalities

HERE = Path(__file__).resolve().parent
TOLERANCES = ["1e-2", "1e-6"]
REPEATED_BELOW = 2.0
REPEATS = 5
COLUMNS = "{:<31} {:<24} {:>14} {:>9} {:>9} {:>8} {:>8}  {}"


class Bench:
    """Collects rows and prints each as it is there."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments, self.rows = arguments, []
        self.pellucid = Pellucid(arguments.pellucid, arguments.limit)
        print(COLUMNS.format("question", "program", "answer", "solver s", "whole s", "ratio", "MiB", "remark"))

    def repeated(self, once):
        """The answer and outcome with the least solver time."""
        best = once()
        for _ in range(REPEATS - 1):
            if best[1].wall_seconds > REPEATED_BELOW:
                break
            again = once()
            if again[0].get("answer") != best[0].get("answer"):
                return {"answer": "differs"}, again[1]
            if again[0].get("seconds", 0) < best[0].get("seconds", 0):
                best = again
        return best

    def peer(self, script: str, *arguments: str):
        """Runs a peer's program; its last line of JSON is the answer."""
        outcome = launch([self.arguments.peers_python, "-W", "ignore", str(HERE / script), *arguments],
                         self.arguments.limit)
        lines = [line for line in outcome.stdout.splitlines() if line.startswith("{")]
        answer = json.loads(lines[-1]) if lines else {}
        if "answer" not in answer:
            sides = [line for line in lines if "side" in line]
            answer = {"answer": "out of time" if outcome.out_of_time else "failed", "sides_done": len(sides)}
            errors = [line for line in outcome.stderr.strip().splitlines() if line]
            answer["error"] = errors[-1] if errors else f"status {outcome.status}"
        elif "cpu_seconds" in answer:
            answer["wall_seconds"], answer["seconds"] = answer.get("seconds"), answer["cpu_seconds"]
        return answer, outcome

    def tell(self, question: str, program: str, answer: dict, outcome, base: float | None, remark: str) -> None:
        """Prints and keeps a row; `base` is Pellucid's solver time on the question."""
        seconds = answer.get("seconds")
        if seconds is None and answer["answer"] == "out of time":
            # Of processes that were killed with it the system tells nothing.
            seconds = outcome.wall_seconds if program == "relucent" else outcome.cpu_seconds
        ratio = seconds / max(base, 1e-6) if base is not None and seconds is not None else None
        at_least = ">" if answer["answer"] == "out of time" else ""
        if answer["answer"] == "failed":
            remark = answer.get("error", "")[:120]
        elif answer["answer"] == "out of time":
            remark = f"after {answer['sides_done']} queries that ended" if answer.get("sides_done") else ""
        said = answer["answer"]
        if said == "counted":
            said = f"{answer['cells']}, {answer['maps']}"
        print(COLUMNS.format(
            question, program, said, "-" if seconds is None else f"{at_least}{seconds:.4f}",
            f"{outcome.wall_seconds:.3f}", "-" if ratio is None else f"{at_least}{ratio:.3g}",
            f"{outcome.peak_mib:.0f}", remark), flush=True)
        self.rows.append({
            "question": question, "program": program, **answer, "solver_seconds": seconds, "ratio": ratio,
            "process_wall_seconds": outcome.wall_seconds, "process_cpu_seconds": outcome.cpu_seconds,
            "peak_mib": outcome.peak_mib, "status": outcome.status, "remark": remark})

    def equality(self, asked: Equality) -> None:
        """One claim, by everyone."""
        n_inputs = Network.read(asked.network).shape[0]
        names = ", ".join(f"x{i + 1}" for i in range(n_inputs))
        other = f"min({names})" if asked.other is None else str(asked.other)
        base = None
        with tempfile.TemporaryDirectory() as folder:
            for canonical in (True, False):
                if not canonical and (not asked.equal or not self.pellucid.has("prove", "--no-canonical")):
                    continue
                proof = Path(folder, f"proof{canonical}.json") if asked.equal else None
                answer, outcome = self.repeated(lambda: self.pellucid.prove(
                    asked.network, other, certificate=proof, canonical=canonical))
                remark = asked.remark(answer, Fraction(0))
                if proof and answer["answer"] == "proved":
                    remark += "; " + self.pellucid.check(proof)
                base = answer.get("seconds") if canonical else base
                name = "pellucid" if canonical else "pellucid --no-canonical"
                self.tell(asked.name, name, answer, outcome, base, remark)
        second = "min" if asked.other is None else str(asked.other)
        if "z3" in asked.peers:
            answer, outcome = self.repeated(lambda: self.peer("peers/z3_equal.py", str(asked.network), second))
            self.tell(asked.name, "z3", answer, outcome, base, asked.remark(answer, Fraction(0)))
        if "marabou" in asked.peers:
            for within in TOLERANCES:
                answer, outcome = self.repeated(lambda: self.peer(
                    "peers/marabou_equal.py", str(asked.network), second, "--within", within))
                remark = asked.remark(answer, Fraction(within))
                self.tell(asked.name, f"marabou [-1,1]^n {within}", answer, outcome, base, remark)

    def cells(self, asked: Cells) -> None:
        """One count, by everyone; small ones also by a second, exact road."""
        cube = [] if asked.cube is None else ["--cube", str(asked.cube)]
        n_inputs = Network.read(asked.network).shape[0]
        slow, slow_outcome = self.peer("exact_cells.py", str(asked.network), *cube)
        if slow["answer"] == "counted":
            asked.known = (slow["cells"], slow["maps"])
        answer, outcome = self.repeated(lambda: self.pellucid.count(asked.network, asked.cube, n_inputs))
        base = answer.get("seconds")
        points, listing = self.pellucid.list_points(asked.network, asked.cube, n_inputs)
        remark = asked.remark(answer)
        if points and not listing.out_of_time:
            checked = asked.check_list(points)
            if asked.known is None and answer["answer"] == "counted" and checked.startswith(f"{answer['cells']} "):
                asked.known = (answer["cells"], answer["maps"])
            remark = f"{remark}; {checked}"
        self.tell(asked.name, "pellucid --count", answer, outcome, base, remark)
        listed = {"answer": "out of time" if listing.out_of_time else f"{len(points)} listed",
                  "seconds": self.pellucid.solver_seconds({}, listing)}
        self.tell(asked.name, "pellucid, list", listed, listing, base, "each with signs, map and a point, as JSON")
        self.tell(asked.name, "z3, cell by cell", slow, slow_outcome, base, "the second count")
        for name in asked.peers:
            answer, outcome = self.repeated(lambda: self.peer(f"peers/{name}_cells.py", str(asked.network), *cube))
            self.tell(asked.name, name, answer, outcome, base, asked.remark(answer))

    def machine(self) -> dict:
        """Where the figures come from."""
        model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.processor())
        return {"processor": model, "load": os.getloadavg(), "python": platform.python_version(),
                "pellucid": self.pellucid.version, "limit_seconds": self.arguments.limit}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pellucid", type=Path, default=HERE.parent.parent / "target/release/pellucid")
    parser.add_argument("--networks", type=Path, default=HERE.parent / "out/networks", help="a folder for the files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--limit", type=float, default=60, help="seconds that each run may take")
    parser.add_argument("--minima", type=int, nargs="*", default=[2, 8, 16, 32])
    parser.add_argument("--only", default="", help="ask only questions whose name has this in it")
    parser.add_argument("--peers-python", default=sys.executable, help="the Python that has the peers")
    arguments = parser.parse_args()
    if not arguments.pellucid.is_file():
        parser.error(f"there is no {arguments.pellucid}: run `cargo build --release`, or give --pellucid PATH")
    make(arguments.networks, arguments.seed)
    bench = Bench(arguments)
    for asked in equalities(arguments.networks, arguments.minima):
        if arguments.only in asked.name:
            bench.equality(asked)
    for asked in counts(arguments.networks):
        if arguments.only in asked.name:
            bench.cells(asked)
    wrong = [row for row in bench.rows if "WRONG" in row["remark"] or "NOT accepted" in row["remark"]]
    print("\nwrong answers:" if wrong else "\nno wrong answers")
    for row in wrong:
        print(f"  {row['program']} on {row['question']}: {row['remark']}")
    machine = bench.machine()
    print(f"on {machine['processor']}, load {machine['load'][0]:.1f} at the end; {machine['pellucid']}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "rows": bench.rows}, indent=1) + "\n")
    return 1 if any(row["program"].startswith("pellucid") for row in wrong) else 0


if __name__ == "__main__":
    sys.exit(main())
