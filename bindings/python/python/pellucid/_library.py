"""The library of functions with a name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from . import _native
from ._errors import InvalidInput
from ._function import Function
from ._notebook import rows_to_html, rows_to_text
from ._results import Compiled


class Entry:
    """A function with a name; its network is compiled when it is asked for."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.name: str = row["name"]
        self.aliases: tuple[str, ...] = tuple(row["aliases"])
        self.family: str = row["family"]
        self.title: str = row["title"]
        self.about: str = row["about"]
        self.source: str = row["source"]
        self.domains: tuple[str, ...] = tuple(row["domains"])
        self._text, self._inputs = row["function"], row["inputs"]

    @property
    def function(self) -> Function:
        """The function."""
        return Function(self._text, self._inputs)

    def compile(self, **options: Any) -> Compiled:
        """Its smallest known network, on its first domain unless ``on`` says another; options as of :func:`compile`."""
        from ._verbs import compile

        return compile(self.function, **{"on": self.domains[0], **options})

    def __repr__(self) -> str:
        return f"<{self.name}: {self._text}>"


class Library(Mapping[str, Entry]):
    """Over a hundred functions with a name.

    >>> from pellucid import library
    >>> library["minimum"].function
    Function('min(x1, x2)')
    >>> library["minimum"].compile().network.shape
    (2, 3, 1)
    >>> len(library) > 100, list(library.like("l1-norm-of-two"))
    (True, ['l1-norm-of-two'])
    """

    def __init__(self, like: str | None = None) -> None:
        self._like = like

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return {row["name"]: Entry(row) for row in json.loads(_native.entries(self._like))}

    def like(self, word: str) -> Library:
        """The entries with this word in their name, function, description or source."""
        return Library(word)

    def __getitem__(self, name: str) -> Entry:
        if name in self._entries:
            return self._entries[name]
        try:
            return Entry(json.loads(_native.entry(name)))
        except InvalidInput as error:
            raise KeyError(str(error)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def _rows(self) -> list[tuple[str, str, str]]:
        return [(entry.name, entry.function.text, entry.about) for entry in self.values()]

    def __repr__(self) -> str:
        return rows_to_text(self._rows(), ("name", "function", "about"))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": rows_to_html(self._rows(), ("name", "function", "about")), "text/plain": repr(self)}


library = Library()
