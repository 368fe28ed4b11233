"""What the verbs answer with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from . import _native
from ._function import Function
from ._network import Network, Picture
from ._notebook import rows_to_html, rows_to_text
from ._numbers import fractions


def _plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _decimal(value: Fraction | float) -> str:
    """Four digits, or all of a short exact number."""
    if isinstance(value, Fraction) and len(str(value)) <= 6:
        return str(value)
    return f"{float(value):.4g}"


class Certificate:
    """A proof that an independent checker accepts."""

    __slots__ = ("json",)

    def __init__(self, text: str) -> None:
        self.json = text

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Certificate:
        """Reads one from a file."""
        with open(path, encoding="utf-8") as file:
            return cls(file.read())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a file; ``pellucid check`` checks it."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.json)

    def check(self) -> Checked:
        """Has the small independent checker look at all of it.

        >>> import pellucid
        >>> pellucid.compile("abs(x1)").certificate.check().accepted
        True
        """
        return Checked(json.loads(_native.check(self.json)))

    def explain(self, width: int = 80) -> str:
        """The proof in words."""
        return _native.explain(self.json, width)

    def __repr__(self) -> str:
        return f"<Certificate of {len(self.json)} characters>"


class Checked:
    """What the checker says of a certificate."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.accepted: bool = answer["verdict"] == "accepted"
        self.claim: str = answer["claim"]
        self.reason: str | None = answer["reason"]

    def __bool__(self) -> bool:
        return self.accepted

    def __repr__(self) -> str:
        return f"{'accepted' if self.accepted else 'rejected'}: {self.claim}" + (f" ({self.reason})" if self.reason else "")


class Circuit:
    """A named group of neurons and what it computes."""

    __slots__ = ("name", "neurons", "computes")

    def __init__(self, name: str, neurons: tuple[str, ...], computes: str) -> None:
        self.name, self.neurons, self.computes = name, neurons, computes

    def __repr__(self) -> str:
        return f"<Circuit {self.name}: {self.computes}" + (f" ({', '.join(self.neurons)})>" if self.neurons else ">")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Circuit) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def _circuits(answer: dict[str, Any]) -> tuple[Circuit, ...]:
    return tuple(Circuit(c["name"], tuple(c["neurons"]), c["computes"]) for c in answer["circuits"])


class Answer:
    """An answer that is told as a table; ``data`` has all of it, as the command's ``--json`` does."""

    data: dict[str, Any]

    def _title(self) -> str:
        raise NotImplementedError

    def _rows(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def __str__(self) -> str:
        return rows_to_text([("  " + name, value) for name, value in self._rows()], title=self._title())

    def __repr__(self) -> str:
        return str(self)

    def _html(self) -> str:
        return rows_to_html(self._rows(), title=self._title())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": str(self)}


def _framed(svg: str) -> str:
    return f'<div style="max-width:100%;overflow-x:auto">{svg}</div>'


class Compiled(Answer):
    """A function's smallest known network, with what is proved about it."""

    def __init__(self, network: Network, answer: dict[str, Any], certificate: str) -> None:
        self.network, self.data, self.certificate = network, answer, Certificate(certificate)

    @property
    def function(self) -> Function:
        """The function."""
        return Function(self.data["function"], self.data["inputs"])

    @property
    def domain(self) -> str:
        """Where the network computes it."""
        return str(self.data["domain"])

    @property
    def is_smallest(self) -> bool:
        """Is it proved that no network (of the kind that ``reason`` names) has fewer hidden neurons?"""
        return bool(self.data["minimality"]["verdict"] == "proved")

    @property
    def lower_bound(self) -> int:
        """No network of that kind has fewer hidden neurons."""
        return int(self.data["minimality"]["lower_bound"])

    @property
    def reason(self) -> str:
        """Why, in words."""
        return str(self.data["minimality"]["reason"])

    @property
    def circuits(self) -> tuple[Circuit, ...]:
        """The circuits that the network is made of, from the outside in."""
        return _circuits(self.data)

    @property
    def error(self) -> tuple[Fraction, Fraction]:
        """Proved bounds of the function less the network; both 0 where it is computed exactly."""
        error = self.data.get("error")
        return (Fraction(0), Fraction(0)) if error is None else (Fraction(error["low"]), Fraction(error["high"]))

    def _title(self) -> str:
        return f"{self.data['function']} on {self.domain}" if self.domain != "everywhere" else f"{self.data['function']} everywhere"

    def _rows(self) -> list[tuple[str, str]]:
        minimality = self.data["minimality"]
        size = _plural(self.network.hidden_neurons, "hidden neuron")
        verdict = "proved smallest" if self.is_smallest else f"best known, at least {minimality['lower_bound']}"
        rows = [("network", f"{'-'.join(map(str, self.network.shape))}, {size}: {verdict}"), ("why", self.reason)]
        if "error" in self.data:
            low, high = self.error
            rows.insert(1, ("error", f"proved: at least {float(low):.4g} and at most {float(high):.4g}"))
        if self.circuits:
            rows.append(("circuits", ", ".join(circuit.name for circuit in self.circuits)))
        return rows

    def _html(self) -> str:
        return super()._html() + _framed(self.network.draw().svg)


class Proof(Answer):
    """Whether two sides are equal, or within a tolerance."""

    def __init__(self, answer: dict[str, Any], certificate: str | None, sides: tuple[str, str]) -> None:
        self.data, self._sides = answer, sides
        self.certificate = None if certificate is None else Certificate(certificate)

    @property
    def proved(self) -> bool:
        """Proved, or refuted."""
        return bool(self.data["verdict"] == "proved")

    def __bool__(self) -> bool:
        return self.proved

    @property
    def max_deviation(self) -> Fraction | None:
        """The exact largest difference; ``None`` where it is infinite or not known."""
        most = self.data["max_deviation"]
        if most is None:
            return Fraction(0) if self.proved and Fraction(self.data["within"]) == 0 else None
        return None if most == "infinite" else Fraction(most)

    @property
    def counterexample(self) -> Counterexample | None:
        """An input where they differ by more, with both values."""
        found = self.data["counterexample"]
        return None if found is None else Counterexample(found)

    def _title(self) -> str:
        left, right = self._sides
        within = self.data["within"]
        claim = f"{left} = {right}" if within == "0" else f"{left} within {within} of {right}"
        domain = self.data["domain"]
        return f"{self.data['verdict']}: {claim} {domain if domain == 'everywhere' else 'on ' + domain}"

    def _rows(self) -> list[tuple[str, str]]:
        rows = []
        found = self.counterexample
        if found is not None:
            rows.append(("at", ", ".join(map(str, found.input))))
            rows.append(("left", ", ".join(map(str, found.left))))
            rows.append(("right", ", ".join(map(str, found.right))))
        if self.proved and self.data["cells"] is not None:
            rows.append(("cells", str(self.data["cells"])))
        if self.data["max_deviation"] is not None:
            most = self.max_deviation
            rows.append(("largest difference", "without bound" if most is None else _decimal(most)))
        return rows


class Counterexample:
    """An exact input with the exact values of both sides."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.input = fractions(found["input"])
        self.left = fractions(found["left"])
        self.right = fractions(found["right"])

    def __repr__(self) -> str:
        told = (", ".join(map(str, values)) for values in (self.input, self.left, self.right))
        return "<at {}: {} and {}>".format(*told)


class Decompiled(Answer):
    """A network taken apart: the formula, how far it is off, neurons and circuits."""

    def __init__(self, network: Network, answer: dict[str, Any], formula: Function, svg: str, certificate: str | None) -> None:
        self.network, self.data, self.formula, self._svg = network, answer, formula, svg
        self.certificate = None if certificate is None else Certificate(certificate)

    @property
    def exact(self) -> bool:
        """Does the network compute the formula exactly?"""
        return bool(self.data["exact"])

    @property
    def explained(self) -> bool:
        """Is the formula within the tolerance?"""
        return bool(self.data["explained"])

    @property
    def max_deviation(self) -> Fraction | None:
        """The exact largest difference between network and formula; ``None`` where it is infinite."""
        most = self.data["max_deviation"]
        return None if most == "infinite" else Fraction(most)

    @property
    def closer(self) -> Function | None:
        """A longer formula that is within the tolerance everywhere, where the first is not."""
        closer = self.data["closer"]
        return None if closer is None else Function(closer["formula"], self.formula.inputs)

    @property
    def neurons(self) -> list[dict[str, Any]]:
        """What each neuron detects, its status and its weights onwards."""
        return list(self.data["neurons"])

    @property
    def circuits(self) -> tuple[Circuit, ...]:
        """The circuits that were found, from the outside in."""
        return _circuits(self.data)

    def draw(self) -> Picture:
        """The network with the names of the features found in it."""
        return Picture(self._svg, str(self))

    def _title(self) -> str:
        return f"computes {'' if self.exact else 'about '}{self.formula} on {self.data['domain']}"

    def _rows(self) -> list[tuple[str, str]]:
        most = self.max_deviation
        off = "exactly (proved)" if self.exact else "without bound" if most is None else f"at most {_decimal(most)} (proved)"
        rows = [("off by", off)]
        if not self.explained:
            rows.append(("not explained", f"above the tolerance of {self.data['tolerance']}"))
        if self.closer is not None:
            rows.append(("closer", self.closer.text))
        rows += [
            (neuron["name"], f"{neuron['label']}  ({neuron['feature']}, {neuron['status']})") for neuron in self.neurons
        ]
        rows += [(circuit.name, circuit.computes) for circuit in self.circuits]
        rows += [("remark", remark) for remark in self.data["remarks"]]
        return rows

    def _html(self) -> str:
        return super()._html() + _framed(self._svg)


class Run:
    """One training and what became of it."""

    def __init__(self, network: Network | None, row: dict[str, Any]) -> None:
        self.network, self.data = network, row

    @property
    def seed(self) -> int:
        """The seed."""
        return int(self.data["seed"])

    @property
    def verdict(self) -> str:
        """``found``, ``local optimum`` or ``not converged``."""
        return str(self.data["verdict"])

    @property
    def found(self) -> bool:
        """Did it find a circuit of the function, within the tolerance (which is certified)?"""
        return self.verdict == "found"

    @property
    def loss(self) -> float:
        """The last loss on the test points; NaN where training diverged."""
        loss = self.data["final_loss"]
        return float("nan") if loss is None else float(loss)

    @property
    def losses(self) -> list[tuple[int, float]]:
        """Steps and losses, where they were recorded."""
        return [(step, float("nan") if loss is None else loss) for step, loss in self.data["losses"]]

    @property
    def reason(self) -> str:
        """Why, in words."""
        return str(self.data["reason"])

    def __repr__(self) -> str:
        return f"<Run of seed {self.seed}: {self.verdict}, loss {self.loss:.4g}; {self.reason}>"


class Runs(Answer, Sequence[Run]):
    """Trainings, one a seed, and how many found the circuit."""

    def __init__(self, answer: dict[str, Any], networks: Sequence[Network | None]) -> None:
        self.data = answer
        self._runs = [Run(network, row) for network, row in zip(networks, answer["runs"])]

    def __getitem__(self, index: Any) -> Any:
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    @property
    def best(self) -> Run:
        """A run that found the circuit, otherwise the one with the smallest loss."""
        def order(run: Run) -> tuple[bool, bool, float]:
            return (not run.found, run.loss != run.loss, run.loss)

        return min(self._runs, key=order)

    @property
    def network(self) -> Network | None:
        """The network of the best run."""
        return self.best.network

    @property
    def n_found(self) -> int:
        """How many found the circuit."""
        return int(self.data["found"]["count"])

    @property
    def interval_95(self) -> tuple[float, float]:
        """A 95 % interval of the share that does."""
        low, high = self.data["found"]["interval_95"]
        return float(low), float(high)

    def _title(self) -> str:
        low, high = self.interval_95
        return f"found in {self.n_found} of {_plural(len(self), 'run')} (95 % interval {100 * low:.1f} to {100 * high:.1f} %)"

    def _rows(self) -> list[tuple[str, str]]:
        return [(f"seed {run.seed}", f"{run.verdict}, loss {run.loss:.4g}: {run.reason}") for run in self._runs]


class Disguised(Answer):
    """A network that computes the same and hides its circuit, with labels of what each neuron is."""

    def __init__(self, network: Network, labels: dict[str, Any]) -> None:
        self.network, self.labels = network, labels
        self.data = labels

    def _title(self) -> str:
        return f"{self.labels['function']} in disguise: {'-'.join(map(str, self.network.shape))}"

    def _rows(self) -> list[tuple[str, str]]:
        def told(label: dict[str, Any]) -> str:
            return ", ".join(f"{key} {value}" for key, value in label.items() if key != "name")

        return [(str(label["name"]), told(label)) for label in self.labels["neurons"]]
