"""Pellucid's command line, as the measurements need it."""

from __future__ import annotations

import json
import re
import subprocess
from fractions import Fraction
from pathlib import Path

from launch import Outcome, launch


class Pellucid:
    """The program at a path, and which of the options that matter here it has."""

    def __init__(self, path: Path, limit: float) -> None:
        self.path, self.limit = str(path.resolve()), limit
        self.helps = {name: subprocess.run([self.path, name, "--help"], capture_output=True, text=True).stdout
                      for name in ("prove", "cells")}
        self.version = subprocess.run([self.path, "--version"], capture_output=True, text=True).stdout.strip()
        # What a start costs without any work: taken off where the program tells no time of its own.
        starts = [launch([self.path, "--version"], limit) for _ in range(5)]
        self.start_seconds = min(start.cpu_seconds for start in starts)

    def has(self, command: str, option: str) -> bool:
        """Does the command's help list the option?"""
        return option in self.helps[command]

    def _common(self, command: str, n_cells: int) -> list[str]:
        more = ["--threads", "1"] if self.has(command, "--threads") else []
        return [*more, "--max-cells", str(n_cells)]

    def solver_seconds(self, told: dict, outcome: Outcome) -> float:
        """The time the program tells, or the process's time less that of a start."""
        seconds = told.get("seconds")
        return float(seconds) if seconds is not None else max(outcome.cpu_seconds - self.start_seconds, 0.0)

    def prove(self, network: Path, other: str, *, certificate: Path | None = None, canonical: bool = True,
              on: str | None = None, within: str = "0") -> tuple[dict, Outcome]:
        """`pellucid prove`: the answer in the form that peers give, and what the run took."""
        command = [self.path, "prove", str(network), other, "--json", *self._common("prove", 10**8)]
        command += [] if canonical else ["--no-canonical"]
        command += ["--certificate", str(certificate)] if certificate else []
        command += ["--on", on] if on else []
        command += ["--within", within] if within != "0" else []
        outcome = launch(command, self.limit)
        return self.read_proof(outcome), outcome

    def read_proof(self, outcome: Outcome) -> dict:
        """The JSON answer of `prove`, which may be cut off."""
        if outcome.out_of_time:
            return {"answer": "out of time"}
        try:
            told = json.loads(outcome.stdout)
        except json.JSONDecodeError:
            return {"answer": "failed", "error": (outcome.stderr.strip() or f"status {outcome.status}")}
        counterexample = told.get("counterexample") or {}
        point = counterexample.get("input") if isinstance(counterexample, dict) else None
        return {"answer": told["verdict"], "point": point, "cells": told.get("cells"),
                "seconds": self.solver_seconds(told, outcome)}

    def check(self, certificate: Path) -> str:
        """What `pellucid check` says of a certificate, in a few words."""
        outcome = launch([self.path, "check", str(certificate)], self.limit)
        size = certificate.stat().st_size if certificate.exists() else 0
        word = "accepted" if outcome.status == 0 else f"NOT accepted (status {outcome.status})"
        return f"certificate of {size} bytes {word} in {outcome.wall_seconds:.3f} s"

    def count(self, network: Path, cube: int | None, n_inputs: int) -> tuple[dict, Outcome]:
        """`pellucid cells --count`."""
        outcome = launch(self._cells(network, cube, n_inputs) + ["--count"], self.limit)
        numbers = [re.search(rf"([\d,]+) (?:distinct )?{noun}", outcome.stdout + outcome.stderr)
                   for noun in ("linear cell", "affine map")]
        if outcome.out_of_time or not all(numbers):
            why = "out of time" if outcome.out_of_time else "failed"
            return {"answer": why, "error": outcome.stderr.strip()}, outcome
        cells, maps = (int(number[1].replace(",", "")) for number in numbers)
        told = re.search(r"\bin ([\d.]+) s\b", outcome.stdout + outcome.stderr)
        seconds = self.solver_seconds({"seconds": told[1]} if told else {}, outcome)
        return {"answer": "counted", "cells": cells, "maps": maps, "seconds": seconds}, outcome

    def list_points(self, network: Path, cube: int | None, n_inputs: int) -> tuple[list, Outcome]:
        """`pellucid cells`: an inner point of each cell, and what listing them took."""
        outcome = launch(self._cells(network, cube, n_inputs), self.limit)
        points = []
        for line in outcome.stdout.splitlines():
            try:
                cell = json.loads(line)
            except json.JSONDecodeError:
                continue  # the last line of a run that was killed
            if "point" in cell:
                points.append([Fraction(value) for value in cell["point"]])
        return points, outcome

    def _cells(self, network: Path, cube: int | None, n_inputs: int) -> list[str]:
        where = [] if cube is None else ["--on", f"[-{cube},{cube}]^{n_inputs}"]
        return [self.path, "cells", str(network), *where, *self._common("cells", 10**8)]
