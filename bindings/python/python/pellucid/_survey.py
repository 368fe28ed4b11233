"""Surveys: many trainings by a plan, each judged with proof and kept."""

from __future__ import annotations

import json
import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from . import _native
from ._errors import InvalidInput
from ._function import Function
from ._network import Network, optional_module
from ._notebook import progress_bar, rows_to_html
from ._plans import Plan, Shard, plan_text, shard_of, store_path
from ._results import Answer


class Survey(Answer):
    """What a survey's database says: how often circuits are found, which, and why not.

    ``data`` has all of it, as the command's ``--json`` does; rows are in :meth:`columns`, :meth:`to_pandas` and the
    files of :meth:`to_parquet` and :meth:`to_csv`. Made by :func:`survey` and :func:`merge`, or from a database:

    >>> import pellucid
    >>> plan = "seeds = '0..4'\\nfunction = [{name = 'copy', formula = 'x1', widths = [2]}]\\nregimen = [{name = 'seed'}]"
    >>> done = pellucid.survey(plan)
    >>> pellucid.Survey(done.store).n_runs
    4
    """

    def __init__(self, store: str | os.PathLike[str]) -> None:
        self.store = Path(store)
        answer, self.tables, self._page = _native.summary(self.store)
        self.data = json.loads(answer)
        self.n_before = self.n_runs
        self.n_new = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def cells(self) -> list[dict[str, Any]]:
        """One entry for each function, shape and regimen: counts, shares with their 95 % intervals, causes, circuits."""
        return list(self.data["cells"])

    @property
    def n_runs(self) -> int:
        """The rows that the database has."""
        return sum(cell["found"]["of"] for cell in self.cells)

    @property
    def n_found(self) -> int:
        """Of these, the runs that found a circuit of their function."""
        return sum(cell["found"]["count"] for cell in self.cells)

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        return _native.columns(self.store)

    def columns(self) -> dict[str, list[Any]]:
        """All rows, column by column, under the names of the exported tables.

        ``deviation`` is an exact number as text, ``features`` a list of texts, ``weights`` an array of layer by layer
        the weights row by row, then the biases; what is not there is ``None``.
        """
        return dict(self._columns)

    def network(self, row: int) -> Network:
        """The network of a row, counted from 0 in the order of :meth:`columns`."""
        columns = self._columns
        if not -len(columns["seed"]) <= row < len(columns["seed"]):
            raise InvalidInput(f"there is no row {row}: the survey has {len(columns['seed'])}")
        function = Function(columns["formula"][row])
        shape = [len(function.inputs), *map(int, columns["widths"][row].split("-")), function.n_outputs]
        layers, at, weights = [], 0, columns["weights"][row]
        for n_in, n_out in zip(shape, shape[1:]):
            matrix = weights[at : at + n_in * n_out].reshape(n_out, n_in)
            at += n_in * n_out
            layers.append((matrix, weights[at : at + n_out]))
            at += n_out
        if not np.isfinite(weights).all():
            raise InvalidInput(f"the training of row {row} diverged: its weights are no longer finite")
        return Network(layers, inputs=function.inputs)

    def to_pandas(self) -> Any:
        """All rows as a ``pandas.DataFrame``."""
        pandas = optional_module("pandas", "pandas")
        frame = pandas.DataFrame(self._columns)
        # Whole numbers of which some are missing.
        return frame.astype({"good_after": "Int64"})

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes all rows as a Parquet file, as ``pellucid survey export`` does."""
        _native.export(self.store, path, "parquet")

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Writes all rows as a CSV file, as ``pellucid survey export`` does."""
        _native.export(self.store, path, "csv")

    def save_report(self, path: str | os.PathLike[str]) -> None:
        """Writes the page with tables and charts, which needs nothing beside itself."""
        Path(path).write_text(self._page, encoding="utf-8")

    def _title(self) -> str:
        return f"circuit found in {self.n_found} of {self.n_runs} runs" if self.n_runs else "no runs"

    def _rows(self) -> list[tuple[str, str]]:
        return [(f"{cell['function']} {cell['widths']}, {cell['regimen']}", _share(cell["found"])) for cell in self.cells]

    def __str__(self) -> str:
        return self.tables.rstrip("\n")

    def _html(self) -> str:
        head = ["function", "widths", "regimen", "runs", "found", "95 % interval", "steps a run", "circuits", "why not"]
        rows = []
        for cell in self.cells:
            found = cell["found"]
            low, high = (100 * end for end in found["interval_95"])
            causes = sorted(cell["causes"].items(), key=lambda cause: -cause[1])
            rows.append(
                [
                    cell["function"],
                    cell["widths"],
                    cell["regimen"],
                    found["of"],
                    _share(found),
                    f"{low:.1f} to {high:.1f} %",
                    "-" if cell["mean_steps"] is None else f"{cell['mean_steps']:.0f}",
                    cell["circuits"],
                    ", ".join(f"{n} {cause}" for cause, n in causes),
                ]
            )
        return rows_to_html(rows, head, self._title())


def _share(share: dict[str, Any]) -> str:
    return f"{100 * share['count'] / share['of']:.1f} %" if share["of"] else "-"


def survey(
    plan: Plan,
    store: str | os.PathLike[str] | None = None,
    *,
    shard: Shard | None = None,
    on: str | None = None,
    tasks: int | None = None,
    max_retries: int = 3,
    address: str | None = None,
    timeout: float | None = None,
    progress: bool | None = None,
) -> Survey:
    """Trains and judges a network for every function, width, regimen and seed of a plan, and keeps what became of it.

    ``plan`` is a TOML file, its text, or a dictionary of the same. ``store`` is the database (or its folder), which
    an interrupted survey goes on with: what it has is not done again. Unless given it is the one that the command
    ``pellucid survey`` uses for a plan's file, and for a text or a dictionary one that goes with the result.
    ``shard=(i, n)`` does one part of several, each with a database of its own; :func:`merge` puts them together.

    ``on="ray"`` has a Ray cluster do the work: the one that the program is connected to or that ``address`` (or
    ``RAY_ADDRESS``) names, otherwise one that is started on this machine. There are ``tasks`` tasks (16 for each CPU
    unless given); one whose worker or machine is lost is done again, ``max_retries`` times. Rows are the same as on
    one machine.

    >>> import pellucid
    >>> plan = {"seeds": range(8), "function": {"name": "size", "formula": "abs(x1)", "widths": [2], "steps": 2000},
    ...         "regimen": {"name": "paired", "init": "paired", "restarts": 9}}
    >>> done = pellucid.survey(plan)
    >>> done.n_found, done.cells[0]["most_frequent"][0]["count"]
    (8, 8)

    Ctrl-C and ``timeout`` (seconds, then :class:`LimitReached`) lose no row that is written; the same call goes on.
    """
    text, file = plan_text(plan)
    part = shard_of(shard)
    if on not in (None, "ray"):
        raise InvalidInput(f"on: {on!r} is no place for a survey; leave it out for this machine, or write on=\"ray\"")
    if on is None and (tasks is not None or address is not None):
        raise InvalidInput('tasks and address are for on="ray"')
    # A plan that cannot be carried out leaves nothing behind.
    _native.open_runs(text, part)
    folder = None
    path = store_path(store, file, None if shard is None else part)
    if path is None:
        folder = tempfile.TemporaryDirectory(prefix="pellucid-")
        path = Path(folder.name) / "survey.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    seeds, n_before = _native.open_runs(text, part, path)
    n_runs = n_before + sum(map(len, seeds))
    on_progress, done = progress_bar(n_runs, "survey", progress, n_before)
    try:
        if on is None:
            _native.survey(text, part, path, timeout, on_progress)
        else:
            from ._ray import survey_on_ray

            survey_on_ray(text, part, path, tasks, max_retries, address, timeout, on_progress)
    finally:
        done()
    found = Survey(path)
    found.n_before, found.n_new, found._folder = n_before, n_runs - n_before, folder
    return found


def merge(into: str | os.PathLike[str], *stores: str | os.PathLike[str] | Survey) -> Survey:
    """Puts the databases of several parts together; ``into`` is made where it is not there.

    Rows that several have must be the same, otherwise nothing is added of the one that differs.

    >>> import pellucid, tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> plan = {"seeds": range(6), "function": {"name": "copy", "formula": "x1", "widths": [2]},
    ...         "regimen": {"name": "seed"}}
    >>> parts = [pellucid.survey(plan, folder / f"{i}.sqlite", shard=(i, 2)) for i in (1, 2)]
    >>> pellucid.merge(folder / "all.sqlite", *parts).n_runs
    6
    """
    if not stores:
        raise InvalidInput("merge: nothing to put together (write merge(into, store, store, ...))")
    paths = [store.store if isinstance(store, Survey) else Path(store) for store in stores]
    n_new, n_rows = _native.merge(Path(into), paths)
    found = Survey(into)
    found.n_before, found.n_new = n_rows - n_new, n_new
    return found
