"""Surveys and searches from Python: the same rows as the command's, however they are done."""

from __future__ import annotations

import _thread
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import needs

import pellucid

PLAN: dict[str, Any] = {
    "seeds": range(12),
    "function": [
        {"name": "size", "formula": "abs(x1)", "widths": [2, 3], "steps": 1000},
        {"name": "minimum", "formula": "min(x1, x2)", "widths": [3], "steps": 1000},
    ],
    "regimen": [{"name": "seed"}, {"name": "paired", "init": "paired", "restarts": 3}],
}
LONG = """
seeds = "0..64"
[[function]]
name = "minimum"
formula = "min(x1, x2)"
widths = [[64, 64]]
steps = 100000000
[[regimen]]
name = "seed"
"""


def rows(found: pellucid.Survey) -> dict[str, Any]:
    """All columns with plain values, which compare."""
    columns = found.columns()
    columns["weights"] = [weights.tobytes() for weights in columns["weights"]]
    for name in ("start_loss", "final_loss"):
        columns[name] = [repr(loss) for loss in columns[name]]
    return columns


def test_a_survey(tmp_path: Path) -> None:
    told = tmp_path / "runs.sqlite"
    done = pellucid.survey(PLAN, told)
    assert (done.n_runs, done.n_new, done.n_before, done.store) == (72, 72, 0, told)
    assert len(done.cells) == 6 and 0 < done.n_found <= 72
    assert done.n_found == done.columns()["verdict"].count("found")
    # What is there is not done again.
    again = pellucid.survey(PLAN, told)
    assert (again.n_runs, again.n_new, again.n_before) == (72, 0, 72)
    assert rows(again) == rows(done) == rows(pellucid.Survey(told))
    shown = done._repr_mimebundle_()
    assert "<table" in shown["text/html"] and "minimum" in shown["text/html"] and "circuit found" in shown["text/plain"]
    done.save_report(tmp_path / "page.html")
    assert "<svg" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_networks_of_a_survey() -> None:
    done = pellucid.survey({**PLAN, "function": PLAN["function"][1]})
    columns = done.columns()
    for row in range(0, done.n_runs, 5):
        network = done.network(row)
        assert network.shape == (2, 3, 1) and network.inputs == ("x1", "x2")
        if columns["verdict"][row] == "found":
            proof = pellucid.prove(network, "min(x1, x2)", on="[-1,1]^2", within=Fraction(columns["tolerance"][row]))
            assert proof
    with pytest.raises(pellucid.InvalidInput, match="24"):
        done.network(24)


def test_parts_make_a_whole(tmp_path: Path) -> None:
    whole = pellucid.survey(PLAN)
    parts = [pellucid.survey(PLAN, tmp_path, shard=part) for part in ("1/3", (2, 3), (3, 3))]
    assert [part.store.name for part in parts] == [f"survey-{i}-of-3.sqlite" for i in (1, 2, 3)]
    assert sum(part.n_runs for part in parts) == 72
    merged = pellucid.merge(tmp_path / "all.sqlite", *parts)
    assert merged.n_new == 72 and rows(merged) == rows(whole)
    assert pellucid.merge(merged.store, parts[0]).n_new == 0


def test_a_plan_is_a_file_a_text_or_a_table(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    text = "seeds = '0..3'\n[[function]]\nname = 'c'\nformula = 'x1'\nwidths = [2]\n[[regimen]]\nname = 'seed'\n"
    path.write_text(text)
    done = pellucid.survey(path)
    # Where the command keeps it.
    assert done.store == tmp_path / "plan" / "survey.sqlite" and done.n_runs == 3
    assert pellucid.survey(str(path)).n_new == 0
    table = {"seeds": "0..3", "function": {"name": "c", "formula": "x1", "widths": [2]}, "regimen": {"name": "seed"}}
    assert rows(pellucid.survey(text)) == rows(pellucid.survey(table)) == rows(done)


def test_tables(tmp_path: Path) -> None:
    pandas = needs("pandas")
    needs("pyarrow")
    done = pellucid.survey(PLAN)
    frame = done.to_pandas()
    assert len(frame) == 72 and frame["seed"].dtype == np.int64 and str(frame["good_after"].dtype) == "Int64"
    assert (frame["verdict"] == "found").sum() == done.n_found
    done.to_parquet(tmp_path / "runs.parquet")
    done.to_csv(tmp_path / "runs.csv")
    parquet, csv = pandas.read_parquet(tmp_path / "runs.parquet"), pandas.read_csv(tmp_path / "runs.csv")
    assert list(parquet.columns) == list(csv.columns) == list(frame.columns)
    for name in ("function", "seed", "final_loss", "verdict", "widths", "regimen_hash", "live_neurons"):
        assert list(parquet[name].astype(str)) == list(frame[name].astype(str))
    assert [np.float32(value) for value in parquet["weights"][5].split()] == list(frame["weights"][5])


def test_a_survey_that_is_stopped_goes_on(tmp_path: Path) -> None:
    plan = {**PLAN, "seeds": range(400)}
    path = tmp_path / "runs.sqlite"
    stopped = 0
    while True:
        try:
            done = pellucid.survey(plan, path, timeout=1.5)
            break
        except pellucid.LimitReached as error:
            assert "the same call goes on" in str(error) or "out of time" in str(error)
            stopped += 1
            assert stopped < 200
    assert done.n_runs == 2400 and done.n_before > 0 and stopped > 0
    assert rows(pellucid.survey(plan)) == rows(done)


class Bar:
    """Keeps what a bar of tqdm is told."""

    made: list[Bar] = []

    def __init__(self, total: int | None, initial: int, **_: Any) -> None:
        self.total, self.n, self.closed = total, initial, False
        self.made.append(self)

    def update(self, more: int) -> None:
        assert more >= 0
        self.n += more

    def close(self) -> None:
        self.closed = True


def test_progress_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs("tqdm.auto"), "tqdm", Bar)
    monkeypatch.setattr(Bar, "made", [])
    store = tmp_path / "runs.sqlite"
    pellucid.survey({**PLAN, "seeds": range(2)}, store)
    # It takes a while, so that someone looks before the end.
    pellucid.survey({**PLAN, "seeds": range(400)}, store)
    first, bar = Bar.made
    assert (first.total, bar.total, bar.closed) == (12, 2400, True) and 12 < bar.n <= 2400
    pellucid.survey(PLAN, progress=False)
    pellucid.search("abs(x1) + abs(x2) + min(x1, x2)", 6, tries=40)
    assert len(Bar.made) == 3 and Bar.made[2].total is None and Bar.made[2].closed


@pytest.mark.parametrize("what", ["survey", "search"])
def test_ctrl_c(what: str) -> None:
    begun = threading.Event()
    interrupted = 0.0

    def interrupt() -> None:
        nonlocal interrupted
        begun.wait()
        time.sleep(0.5)
        interrupted = time.perf_counter()
        _thread.interrupt_main()

    waiting = threading.Thread(target=interrupt)
    waiting.start()
    with pytest.raises(KeyboardInterrupt):
        begun.set()
        if what == "survey":
            pellucid.survey(LONG, progress=False)
        else:
            pellucid.search("max(x1, x2, x3, x4)", tries=10**9, progress=False)
    late = time.perf_counter() - interrupted
    waiting.join()
    assert late < 0.2


def test_a_search(tmp_path: Path) -> None:
    found = pellucid.search("min(x1, x2)", 4, on="[-1,1]^2", tries=96)
    assert found and found.network is not None and found.network.hidden_neurons == 2
    assert found.certificate is not None and found.certificate.check()
    assert pellucid.prove(found.network, "min(x1, x2)", on="[-1,1]^2")
    assert "<svg" in found._repr_mimebundle_()["text/html"] and "proved" in str(found)
    # Unless given, only what is smaller than the compiler's counts.
    none = pellucid.search("abs(x1)", tries=32)
    assert not none and none.complete and none.known == 2 and none.network is None and none.certificate is None
    state = tmp_path / "state.json"
    formula = "abs(x1) + abs(x2) + min(x1, x2)"
    first = pellucid.search(formula, 6, tries=1, state=state)
    more = pellucid.search(formula, 6, tries=8, state=state)
    assert not first and 0 < first.n_tried < more.n_tried and first.lower_bound == 4
    assert more and "none with fewer than 6 hidden neurons found" in str(first)
    # What was found is kept, and nothing is tried again.
    assert pellucid.search(formula, 6, tries=8, state=state).n_tried == more.n_tried
    with pytest.raises(pellucid.InvalidInput, match="another search"):
        pellucid.search("relu(x1)", 3, state=state)
    with pytest.raises(pellucid.LimitReached, match="out of time"):
        pellucid.search("max(x1, x2, x3, x4)", tries=10**9, timeout=1)


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(pellucid.InvalidInput) as error:
        pellucid.survey("seeds = '5..5'\ncolour = 1\n[[function]]\nname = 'a'\n[[regimen]]\nname = 'r'\nrate = 0\n")
    for part in ("`seeds`", "colour", "formula"):
        assert part in str(error.value)
    with pytest.raises(pellucid.InvalidInput, match="no part of a whole"):
        pellucid.survey(PLAN, shard=(0, 3))
    with pytest.raises(pellucid.InvalidInput, match="cannot read the plan"):
        pellucid.survey(tmp_path / "none.toml")
    with pytest.raises(pellucid.InvalidInput, match="cannot read the plan"):
        pellucid.survey("none.toml")
    with pytest.raises(pellucid.InvalidInput, match="no plan"):
        pellucid.survey(3)  # type: ignore[arg-type]
    with pytest.raises(pellucid.InvalidInput, match="ray"):
        pellucid.survey(PLAN, on="spark")
    with pytest.raises(pellucid.InvalidInput, match="ray"):
        pellucid.survey(PLAN, tasks=3)
    with pytest.raises(pellucid.InvalidInput, match="no survey's database"):
        pellucid.merge(tmp_path / "all.sqlite", tmp_path / "none.sqlite")
    assert not (tmp_path / "all.sqlite").exists()
    with pytest.raises(pellucid.InvalidInput, match="nothing to put together"):
        pellucid.merge(tmp_path / "all.sqlite")
    with pytest.raises(pellucid.InvalidInput, match="reliable"):
        pellucid.train("x1", layers=(1, 2, 1), regimen="reliabel")


def test_regimens_have_names_and_files(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("steps = 100\n")
    for regimen in (path, str(path), "steps = 100", {"steps": 100}):
        assert pellucid.train("abs(x1)", layers=(1, 2, 1), regimen=regimen, every=50)[0].losses[-1][0] <= 100
    assert pellucid.train("abs(x1)", layers=(1, 2, 1), regimen="reliable", seeds=3).n_found == 3
    with pytest.raises(pellucid.InvalidInput, match="cannot read the regimen"):
        pellucid.train("abs(x1)", layers=(1, 2, 1), regimen=tmp_path / "none.toml")
