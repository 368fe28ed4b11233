"""Runs a program on one core under a time limit and tells what it took."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# Libraries that would start threads of their own get one.
ONE_THREAD = {name: "1" for name in
              ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")}
# GNU time starts the program from a process that is itself small. Without it the peak is that of the
# program or of this Python, whichever is larger.
GNU_TIME = next((path for path in [shutil.which("time")] if path), None)


@dataclass
class Outcome:
    """What a run printed and took; `status` is as a shell tells it, 137 for one that was killed."""

    status: int
    stdout: str
    stderr: str
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    out_of_time: bool


def launch(command: list[str], limit: float, core: int | None = None, keep: bool = True) -> Outcome:
    """Runs the command pinned to a core; after `limit` seconds it is killed. What it prints is kept,
    or thrown away where only its cost matters and it may be gigabytes."""
    core = max(os.sched_getaffinity(0)) if core is None else core
    with tempfile.TemporaryDirectory() as folder:
        peak_file = Path(folder, "peak")
        full = ["timeout", "--foreground", "-s", "KILL", f"{limit:g}", *command]
        if GNU_TIME:
            full = [GNU_TIME, "--quiet", "-f", "%M", "-o", str(peak_file), *full]
        out_path, err_path = Path(folder, "out") if keep else Path(os.devnull), Path(folder, "err")
        with out_path.open("wb") as out, err_path.open("wb") as err:
            begun = time.perf_counter()
            process = subprocess.Popen(
                ["taskset", "-c", str(core), *full], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env={**os.environ, **ONE_THREAD}, start_new_session=True)
            try:
                _, status, usage = os.wait4(process.pid, 0)
            finally:
                # What the program started and left behind goes too.
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        words = peak_file.read_text().split() if peak_file.exists() else []
        peak = float(words[-1]) if words else float(usage.ru_maxrss)
        text = [path.read_text(errors="replace") for path in (out_path, err_path)]
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        return Outcome(code, text[0], text[1], wall, usage.ru_utime + usage.ru_stime, peak / 1024,
                       code == 137 and wall >= limit)
