"""Asks Pellucid and z3 the same random questions (random_cases.py) and compares the verdicts.

Every counterexample of either is evaluated exactly: one that is none is a disagreement too. Seeds
are questions, so a range can be done in parts and any question asked again: `--seeds 17..18`.
Ends with status 1 if there was a disagreement, or if Pellucid gave up where z3 did not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "peers")]
import z3  # noqa: E402
from random_cases import Case, case  # noqa: E402
from z3_equal import decide, outputs, rational  # noqa: E402


def ask_z3(asked: Case, seconds: float) -> tuple[str, list[Fraction] | None]:
    """z3's verdict and its counterexample."""
    inputs = [z3.Real(f"x{i + 1}") for i in range(asked.left.shape[0])]
    box = asked.box or []
    where = [z3.And(x >= rational(low), x <= rational(high)) for x, (low, high) in zip(inputs, box)]
    most = rational(asked.within)
    pairs = zip(outputs(asked.left, inputs), outputs(asked.right, inputs))
    claim = z3.And([z3.And(a - b <= most, b - a <= most) for a, b in pairs])
    return decide(claim, inputs, where, int(1000 * seconds))


def command(asked: Case, folder: Path, pellucid: str, seconds: float) -> list[str]:
    """Writes the two networks and gives Pellucid's command line for the question."""
    asked.left.write(folder / "left.json")
    asked.right.write(folder / "right.json")
    line = [pellucid, "prove", str(folder / "left.json"), str(folder / "right.json"), "--json",
            "--timeout", f"{seconds:g}", "--within", str(asked.within)]
    return [*line, "--on", asked.on] if asked.on else line


def ask_pellucid(asked: Case, pellucid: str, seconds: float) -> tuple[str, list[Fraction] | None]:
    """Pellucid's verdict and its counterexample; "failed: ..." for anything that is no verdict."""
    with tempfile.TemporaryDirectory() as folder:
        line = command(asked, Path(folder), pellucid, seconds)
        try:
            run = subprocess.run(line, capture_output=True, text=True, timeout=3 * seconds + 10)
            told = json.loads(run.stdout)
        except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
            stderr = getattr(run, "stderr", "") if not isinstance(error, subprocess.TimeoutExpired) else ""
            return f"failed: {stderr.strip() or error}", None
    verdict = {"gave up": "unknown"}.get(told["verdict"], told["verdict"])
    point = (told.get("counterexample") or {}).get("input") if verdict == "refuted" else None
    return verdict, point and [Fraction(value) for value in point]


def compare(seed: int, pellucid: str, seconds: float) -> tuple[int, str, str]:
    """The outcome of one question: seed, how it ended, and the details."""
    asked = case(seed)
    ours, our_point = ask_pellucid(asked, pellucid, seconds)
    theirs, their_point = ask_z3(asked, seconds)
    details = f"{asked.kind}, on {asked.on or 'everything'}, within {asked.within}: pellucid {ours}, z3 {theirs}"
    for verdict, point, who in ((ours, our_point, "pellucid"), (theirs, their_point, "z3")):
        if verdict == "refuted" and (point is None or not asked.is_refuted_by(point)):
            return seed, "disagree", f"{details}; {who}'s counterexample is none: {point}"
    if ours.startswith("failed"):
        return seed, "disagree", details
    if "unknown" in (ours, theirs):
        both = ours == theirs
        who = "both gave up" if both else "pellucid gave up" if ours == "unknown" else "z3 gave up"
        return seed, who, details
    return seed, f"agree: {ours}" if ours == theirs else "disagree", details


def save(seed: int, details: str, arguments: argparse.Namespace) -> None:
    """Keeps a question as files."""
    folder = arguments.out / str(seed)
    folder.mkdir(parents=True, exist_ok=True)
    line = command(case(seed), folder, str(arguments.pellucid), arguments.seconds)
    (folder / "question.txt").write_text(f"seed {seed}\n{details}\n{' '.join(map(repr, line))}\n")


def seeds(text: str) -> range:
    """0..10000 is all from 0 to 9999."""
    first, last = text.split("..")
    return range(int(first), int(last))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pellucid", type=Path, default=HERE.parent.parent / "target/release/pellucid")
    parser.add_argument("--seeds", type=seeds, default=range(10_000), metavar="FROM..TO")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10, help="for each verdict")
    parser.add_argument("--out", type=Path, default=HERE.parent / "out/disagreements")
    arguments = parser.parse_args()
    if not arguments.pellucid.is_file():
        parser.error(f"there is no {arguments.pellucid}: run `cargo build --release`, or give --pellucid PATH")
    counted, begun = Counter(), time.perf_counter()
    one = partial(compare, pellucid=str(arguments.pellucid.resolve()), seconds=arguments.seconds)
    with ProcessPoolExecutor(arguments.processes) as pool:
        for done, (seed, outcome, details) in enumerate(pool.map(one, arguments.seeds, chunksize=10), 1):
            counted[outcome] += 1
            if not outcome.startswith("agree"):
                print(f"seed {seed}: {outcome}: {details}", flush=True)
                save(seed, details, arguments)
            if done % 500 == 0:
                print(f"up to seed {seed}: {dict(sorted(counted.items()))}, "
                      f"{time.perf_counter() - begun:.0f} s", flush=True)
    agreed = sum(number for outcome, number in counted.items() if outcome.startswith("agree"))
    print(f"{counted.total()} questions: {agreed} agreements ({counted['agree: proved']} proved, "
          f"{counted['agree: refuted']} refuted), {counted['disagree']} disagreements, "
          f"undecided: {counted['z3 gave up']} by z3, {counted['pellucid gave up']} by pellucid, "
          f"{counted['both gave up']} by both")
    return 1 if counted["disagree"] or counted["pellucid gave up"] else 0


if __name__ == "__main__":
    sys.exit(main())
