"""Surveys on a real Ray cluster have the rows of one machine, also where workers and machines are lost."""

from __future__ import annotations

import _thread
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import needs
from test_survey import PLAN, rows

import pellucid

ray = needs("ray")
# Enough for workers to be lost in the middle.
LONGER = {**PLAN, "seeds": range(300)}


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """A cluster of this machine with two workers."""
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """The rows of one machine."""
    return rows(pellucid.survey(LONGER))


def parent(pid: int) -> int:
    """The process that started another; 0 where there is none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def workers() -> list[int]:
    """Processes of this cluster that do a part of a survey."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            title = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if b"pellucid survey" not in title or not title.startswith(b"ray::"):
            continue
        # Only those that descend from this very test.
        above = int(entry.name)
        while above > 1 and above != os.getpid():
            above = parent(above)
        if above == os.getpid():
            found.append(int(entry.name))
    return found


def n_rows(store: Path) -> int:
    """The rows that are there by now."""
    if not store.is_file():
        return 0
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM run").fetchone()[0])


def in_the_middle(store: Path, do: Any) -> tuple[threading.Thread, list[int]]:
    """Does something as soon as some rows are there; gives the number of rows then."""
    happened: list[int] = []

    def watch() -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                n = n_rows(store)
            except sqlite3.Error:
                n = 0
            if n > 0 and do():
                happened.append(n)
                return
            time.sleep(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread, happened


def kill_one(killed: list[int]) -> bool:
    """Kills a worker, as the system does where memory is short."""
    for pid in workers()[:1]:
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)
    return bool(killed)


def test_a_killed_worker_loses_nothing(cluster: None, whole: dict[str, Any], tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    killed: list[int] = []
    watching, happened = in_the_middle(store, lambda: kill_one(killed))
    done = pellucid.survey(LONGER, store, on="ray", tasks=12, progress=False)
    watching.join()
    assert len(killed) == 1 and len(happened) == 1 and 0 < happened[0] < done.n_runs
    assert (done.n_runs, done.n_new) == (1800, 1800)
    assert rows(done) == whole


def test_without_retries_the_same_call_goes_on(cluster: None, whole: dict[str, Any], tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    killed: list[int] = []
    watching, _ = in_the_middle(store, lambda: kill_one(killed))
    with pytest.raises(pellucid.PellucidError, match="max_retries") as error:
        pellucid.survey(LONGER, store, on="ray", tasks=12, max_retries=0, progress=False)
    watching.join()
    # Only the part that was lost is open.
    assert len(killed) == 1 and str(error.value).count("part ") == 1 and n_rows(store) == 1800 * 11 // 12
    assert rows(pellucid.survey(LONGER, store, on="ray", tasks=5, progress=False)) == whole


def test_what_is_there_is_not_done_again(cluster: None, whole: dict[str, Any], tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    half = pellucid.survey({**LONGER, "seeds": range(150)}, store)
    done = pellucid.survey(LONGER, store, on="ray", tasks=5, progress=False)
    assert half.n_runs == 900 and (done.n_before, done.n_new) == (900, 900)
    assert rows(done) == whole
    assert pellucid.survey(LONGER, store, on="ray").n_new == 0


def test_parts_on_clusters_make_a_whole(cluster: None, whole: dict[str, Any], tmp_path: Path) -> None:
    parts = [pellucid.survey(LONGER, tmp_path, shard=(i, 2), on="ray", progress=False) for i in (1, 2)]
    assert [part.n_runs for part in parts] == [900, 900]
    assert rows(pellucid.merge(tmp_path / "all.sqlite", *parts)) == whole


def test_ctrl_c(cluster: None, tmp_path: Path) -> None:
    interrupted = 0.0
    store = tmp_path / "runs.sqlite"

    def interrupt() -> bool:
        nonlocal interrupted
        interrupted = time.perf_counter()
        _thread.interrupt_main()
        return True

    watching, happened = in_the_middle(store, interrupt)
    with pytest.raises(KeyboardInterrupt):
        pellucid.survey({**LONGER, "seeds": range(10**4)}, store, on="ray", tasks=500, progress=False)
    late = time.perf_counter() - interrupted
    watching.join()
    # Rows that have come stay.
    assert late < 0.2 and n_rows(store) >= happened[0] > 0


def test_what_is_wrong_is_told(cluster: None, tmp_path: Path) -> None:
    with pytest.raises(pellucid.InvalidInput, match="tasks"):
        pellucid.survey(PLAN, on="ray", tasks=0)
    with pytest.raises(pellucid.InvalidInput, match="max_retries"):
        pellucid.survey(PLAN, on="ray", max_retries=-2)
    with pytest.raises(pellucid.LimitReached, match="goes on"):
        pellucid.survey({**LONGER, "seeds": range(10**5)}, tmp_path / "late.sqlite", on="ray", timeout=3)
    # A worker with another version is found out, in the words of the task.
    from pellucid import _ray

    with pytest.raises(Exception, match="install the same everywhere"):
        ray.get(ray.remote(_ray.do_part).remote("", [], "0.0.0"))
