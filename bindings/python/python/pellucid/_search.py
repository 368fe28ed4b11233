"""The search for smaller circuits."""

from __future__ import annotations

import json
import os
from typing import Any

from . import _native
from ._network import Network
from ._notebook import progress_bar
from ._numbers import domain_text
from ._results import Answer, Certificate, framed, plural
from ._verbs import Written, as_function


class Searched(Answer):
    """What a search found: a network with its proof, or how many were tried in vain. True where it found one."""

    def __init__(self, answer: dict[str, Any], network: Network | None, certificate: str | None) -> None:
        self.data, self.network = answer, network
        self.certificate = None if certificate is None else Certificate(certificate)

    def __bool__(self) -> bool:
        return self.network is not None

    @property
    def n_tried(self) -> int:
        """Networks that were tried, in all calls that the state knows of."""
        return int(self.data["tried"])

    @property
    def complete(self) -> bool:
        """Was every shape tried as often as was asked, or none left?"""
        return bool(self.data["complete"])

    @property
    def known(self) -> int:
        """Hidden neurons of the smallest network that :func:`compile` knows."""
        return int(self.data["known"])

    @property
    def lower_bound(self) -> int:
        """No network of whatever depth has fewer hidden neurons, as far as is proved."""
        return int(self.data["lower_bound"]["neurons"])

    @property
    def reason(self) -> str:
        """Why, in words."""
        return str(self.data["lower_bound"]["reason"])

    def _title(self) -> str:
        domain = self.data["domain"]
        where = domain if domain == "everywhere" else f"on {domain}"
        if self.network is not None:
            size = plural(self.network.hidden_neurons, "hidden neuron")
            return f"{self.data['function']} {where}: found, {size}, proved"
        below = plural(int(self.data["smaller_than"]), "hidden neuron")
        if self.data["smaller_than"] <= self.lower_bound:
            return f"{self.data['function']} {where}: there is none with fewer than {below}"
        return f"{self.data['function']} {where}: none with fewer than {below} found"

    def _rows(self) -> list[tuple[str, str]]:
        rows = [] if self.network is None else [("network", "-".join(map(str, self.network.shape)))]
        rows += [("tried", plural(self.n_tried, "network")), ("known before", plural(self.known, "hidden neuron"))]
        rows.append(("at least", f"{self.lower_bound}: {self.reason}"))
        return rows if self.complete else [*rows, ("stopped", "there is more to try for something smaller still")]

    def _html(self) -> str:
        return super()._html() + ("" if self.network is None else framed(self.network.draw().svg))


def search(
    function: Written,
    smaller_than: int | None = None,
    *,
    on: Any = None,
    tries: int = 2000,
    state: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
    progress: bool | None = None,
) -> Searched:
    """Looks for a smaller circuit: trains many small networks, makes their numbers simple, and proves.

    Only networks with fewer than ``smaller_than`` hidden neurons count, unless given than those of :func:`compile`;
    at most ``tries`` of each shape are tried. ``state`` is a file that keeps how far the search has come: the same
    call goes on from there, as the command does with ``--state``.

    >>> import pellucid
    >>> found = pellucid.search("min(x1, x2)", 4, on="[-1,1]^2", tries=96)
    >>> found.network.hidden_neurons, found.certificate.check().accepted
    (2, True)

    Raises :class:`LimitReached` after ``timeout`` seconds in which nothing was found.
    """
    asked = as_function(function)
    # How many shapes there will be is not known before.
    on_progress, done = progress_bar(None, "networks tried", progress)
    try:
        answer, found = _native.search(
            asked._native,
            smaller_than,
            domain_text(on, asked.inputs),
            tries,
            None if state is None else os.fspath(state),
            timeout,
            on_progress,
        )
    finally:
        done()
    network, certificate = (None, None) if found is None else (Network._of(found[0]), found[1])
    return Searched(json.loads(answer), network, certificate)
