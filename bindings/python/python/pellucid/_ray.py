"""Surveys on a Ray cluster: parts of a plan as tasks, their rows merged as they come."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import _native
from ._errors import InvalidInput, LimitReached, PellucidError
from ._network import optional_module

# Small tasks lose little when a worker is lost, and end at about one time; each has to be begun.
_TASKS_FOR_A_CPU = 16
# How long is waited for results at most before signals are looked at: Ctrl-C is to work within 0.2 s.
_LOOK = 0.1


def do_part(plan: str, seeds: list[list[int]], version: str) -> bytes:
    """Does runs of a plan on a worker; the rows come back as a database. This is what a task runs."""
    if _native.__version__ != version:
        raise InvalidInput(
            f"the worker has pellucid {_native.__version__}, the caller {version}; install the same everywhere"
        )
    # A task has one CPU, as Ray sees it; the native half reads this before its first work in a process.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory(prefix="pellucid-") as folder:
        database = Path(folder) / "part.sqlite"
        _native.survey_open(plan, seeds, database)
        return database.read_bytes()


def survey_on_ray(
    plan: str,
    shard: tuple[int, int],
    store: Path,
    tasks: int | None,
    max_retries: int,
    address: str | None,
    timeout: float | None,
    on_progress: Callable[[int], None] | None,
) -> None:
    """Has a cluster do what the store does not have, and merges it into the store."""
    ray = optional_module("ray", "ray")
    begun = time.monotonic()
    if timeout is not None and not timeout > 0:
        raise InvalidInput(f"timeout: {timeout} is no number of seconds above 0, such as 10 or 0.5")
    for name, value, least in (("tasks", tasks, 1), ("max_retries", max_retries, -1)):
        if value is not None and value < least:
            raise InvalidInput(f"{name}: {value} must be a whole number from {least}")
    if not ray.is_initialized():
        _connect(ray, address)
    parts, n_done = _parts(plan, shard, store, tasks or _TASKS_FOR_A_CPU * _n_cpus(ray))
    remote = ray.remote(do_part)
    pending: dict[Any, tuple[int, int]] = {}
    lost: list[str] = []
    try:
        for number, (seeds, n_runs) in enumerate(parts, 1):
            name = f"pellucid survey {number}/{len(parts)}"
            reference = remote.options(name=name, max_retries=max_retries, num_cpus=1).remote(
                plan, seeds, _native.__version__
            )
            pending[reference] = (number, n_runs)
        while pending:
            ready, _ = ray.wait(list(pending), num_returns=len(pending), timeout=_LOOK, fetch_local=False)
            for reference in ready:
                number, n_runs = pending.pop(reference)
                try:
                    _merge(ray.get(reference), store)
                except ray.exceptions.RayTaskError as error:
                    # The caller knows the exception that was raised, not its wrapping.
                    raise (error.cause if isinstance(error.cause, PellucidError) else error) from None
                except ray.exceptions.RayError as error:
                    lost.append(f"part {number} of {len(parts)}: {str(error).strip().splitlines()[0]}")
                    continue
                n_done += n_runs
                if on_progress is not None:
                    on_progress(n_done)
            if timeout is not None and pending and time.monotonic() - begun > timeout:
                n_open = sum(n_runs for _, n_runs in pending.values())
                raise LimitReached(f"out of time after {timeout} s: {n_open} runs are open; the same call goes on")
    finally:
        for reference in pending:
            ray.cancel(reference)
    if lost:
        told = "\n  ".join(lost)
        raise PellucidError(
            f"workers were lost more than {max_retries} times (max_retries); the other rows are in {store}, "
            f"and the same call goes on\n  {told}"
        )


def _connect(ray: Any, address: str | None) -> None:
    try:
        ray.init(address=address, log_to_driver=False)
    except (ConnectionError, RuntimeError, ray.exceptions.RayError) as error:
        where = address or os.environ.get("RAY_ADDRESS") or "this machine"
        raise PellucidError(
            f"there is no Ray cluster to be had at {where}: {error} (start one with `ray start --head`; where clusters "
            "want a token, RAY_AUTH_MODE=token must be set here too)"
        ) from error


def _n_cpus(ray: Any) -> int:
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _parts(
    plan: str, shard: tuple[int, int], store: Path, n_parts: int
) -> tuple[list[tuple[list[list[int]], int]], int]:
    """The parts of a shard of which runs are open, as seeds with their number, and how many runs are done."""
    index, of = shard
    found, n_done = [], 0
    for part in range(n_parts):
        # A shard of shards: those that begin with the same run and step over as many more.
        seeds, n_before = _native.open_runs(plan, (index + of * part, of * n_parts), store)
        n_done += n_before
        if n_runs := sum(map(len, seeds)):
            found.append((seeds, n_runs))
    return found, n_done


def _merge(rows: bytes, store: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pellucid-") as folder:
        database = Path(folder) / "part.sqlite"
        database.write_bytes(rows)
        _native.merge(store, [database])
