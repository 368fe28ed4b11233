"""Plans and regimens as text, and where a survey's rows are kept."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

from . import _native
from ._errors import InvalidInput
from ._numbers import number_text

Plan = Union[str, "os.PathLike[str]", Mapping[str, Any]]
"""A plan: a TOML file, its text, or a table of the same."""

Shard = Union[str, "tuple[int, int]"]
"""A part of a plan's runs: ``(i, n)`` or ``"i/n"``, from ``(1, n)`` to ``(n, n)``."""


def regimen_text(regimen: str | os.PathLike[str] | Mapping[str, Any] | None, settings: Mapping[str, Any]) -> str:
    """A regimen as TOML: a name, a file, a text, or a table with settings that go before what stands there.

    >>> regimen_text({"steps": 100, "optimizer": {"adam": {"beta1": 0.9}}}, {"steps": 200})
    'steps = 200\\noptimizer = { "adam" = { "beta1" = 0.9 } }\\n'
    """
    if isinstance(regimen, (str, os.PathLike)):
        if settings:
            raise InvalidInput(
                "a regimen in TOML stands alone: write the other settings into it, or give it as a dictionary"
            )
        return _regimen_toml(regimen)
    return "".join(f"{name} = {_toml(value)}\n" for name, value in {**(regimen or {}), **settings}.items())


def _regimen_toml(regimen: str | os.PathLike[str]) -> str:
    named = dict(_native.regimens())
    if isinstance(regimen, str) and regimen in named:
        return named[regimen]
    if isinstance(regimen, os.PathLike) or os.path.isfile(regimen):
        return _read(regimen, "regimen")
    if regimen.strip() and "=" not in regimen:
        raise InvalidInput(
            f"{regimen!r} is no regimen: there is no such file, and the names are {', '.join(map(repr, named))} "
            '(write a name, a TOML file, TOML such as "steps = 100", or a dictionary)'
        )
    return regimen


def _read(path: str | os.PathLike[str], what: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read the {what} {os.fspath(path)}: {error}") from error


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {_toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, range):
        if value.step != 1:
            raise InvalidInput(f"{value!r} must go up by 1, such as range(200)")
        return json.dumps(f"{value.start}..{value.stop}")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    return number_text(value)


def plan_text(plan: Plan) -> tuple[str, Path | None]:
    """A plan as TOML, and the file that it stands in.

    >>> print(plan_text({"seeds": range(4), "function": [{"name": "copy", "formula": "x1", "widths": [2]}]})[0])
    seeds = "0..4"
    function = [{ "name" = "copy", "formula" = "x1", "widths" = [2] }]
    """
    if isinstance(plan, Mapping):
        # A plan of one function or one regimen may say so without a list.
        lists = {"function", "regimen"}
        table = {key: [value] if key in lists and isinstance(value, Mapping) else value for key, value in plan.items()}
        return "\n".join(f"{key} = {_toml(value)}" for key, value in table.items()), None
    if isinstance(plan, str) and not os.path.isfile(plan) and ("\n" in plan or "=" in plan):
        return plan, None
    if not isinstance(plan, (str, os.PathLike)):
        raise InvalidInput(f"a {type(plan).__name__} is no plan (give a TOML file, its text, or a dictionary of the same)")
    return _read(plan, "plan"), Path(plan)


def shard_of(shard: Shard | None) -> tuple[int, int]:
    """A part of a plan's runs, all of them unless given.

    >>> shard_of(None), shard_of("2/8"), shard_of((2, 8))
    ((1, 1), (2, 8), (2, 8))
    """
    if shard is None:
        return 1, 1
    parts = shard.split("/") if isinstance(shard, str) else list(shard)
    try:
        part, of = (int(part) for part in parts)
    except (TypeError, ValueError):
        part, of = 0, 0
    if not 1 <= part <= of:
        raise InvalidInput(f"shard: {shard!r} is no part of a whole; write (i, n), from (1, n) to (n, n)")
    return part, of


def store_path(store: str | os.PathLike[str] | None, plan: Path | None, shard: tuple[int, int] | None) -> Path | None:
    """The database of a survey: the file that is named, or the file in a folder that the command would use.

    >>> store_path(None, Path("plans/seed.toml"), (1, 8)).as_posix()
    'plans/seed/survey-1-of-8.sqlite'
    """
    name = "survey.sqlite" if shard is None else f"survey-{shard[0]}-of-{shard[1]}.sqlite"
    if store is not None:
        path = Path(store)
        return path / name if path.is_dir() else path
    return None if plan is None else plan.with_suffix("") / name
