"""A survey killed at random moments has the rows of one that was not.

    cargo build --release
    python3 bench/survey/killed.py --times 50

`kill -9` ends the survey of `plan.toml` after a random time, over and over; then it is let go to its end. All rows,
written as a table, must be those of a survey that nothing interrupted, and those of three parts merged.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLAN = HERE / "plan.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan", type=Path, default=PLAN)
    parser.add_argument("--pellucid", default=str(HERE.parents[1] / "target/release/pellucid"))
    arguments = parser.parse_args()

    def run(*command: str) -> None:
        subprocess.run([arguments.pellucid, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def table(database: Path) -> list[str]:
        out = database.with_suffix(".csv")
        run("survey", "export", str(database), str(out))
        return out.read_text().splitlines()

    plan = str(arguments.plan)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        begun = time.monotonic()
        run("survey", plan, "--out", str(home / "whole"))
        took = time.monotonic() - begun
        whole = table(home / "whole/survey.sqlite")
        print(f"uninterrupted: {len(whole) - 1} rows in {took:.1f} s")

        moments = random.Random(arguments.seed)
        killed = 0
        for _ in range(arguments.times):
            survey = subprocess.Popen(
                [arguments.pellucid, "survey", plan, "--out", str(home / "killed")],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                survey.wait(timeout=moments.uniform(0.0, 2.5 * took / arguments.times))
            except subprocess.TimeoutExpired:
                survey.kill()
                survey.wait()
                killed += 1
        run("survey", plan, "--out", str(home / "killed"))
        same = table(home / "killed/survey.sqlite") == whole
        print(f"killed {killed} times: {'the same rows' if same else 'OTHER ROWS'}")

        for part in ("1/3", "2/3", "3/3"):
            run("survey", plan, "--out", str(home / "parts"), "--shard", part)
        parts = [str(path) for path in sorted((home / "parts").glob("survey-*.sqlite"))]
        run("survey", "merge", str(home / "merged.sqlite"), *parts)
        merged = table(home / "merged.sqlite") == whole
        print(f"three parts merged: {'the same rows' if merged else 'OTHER ROWS'}")
        if not (same and merged):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
