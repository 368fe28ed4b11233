"""What all programs are asked, with the right answer, and the check of what they answer."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from exact_cells import integers, signs_at
from exact_network import Network, Row, random_point
from networks import SHAPES, name_of


@dataclass
class Equality:
    """Does the network in a file compute the minimum of its inputs, or what another file does?"""

    name: str
    network: Path
    other: Path | None
    equal: bool
    peers: list[str]

    @property
    def right(self) -> str:
        """The right verdict where nothing is tolerated."""
        return "proved" if self.equal else "refuted"

    def deviation(self, point: Row) -> Fraction:
        """How far the two sides are apart at a point, exactly."""
        here = Network.read(self.network)(point)
        there = [min(point)] if self.other is None else Network.read(self.other)(point)
        return max(abs(a - b) for a, b in zip(here, there))

    def remark(self, answer: dict, within: Fraction) -> str:
        """Whether an answer is right; a counterexample counts by its exact deviation."""
        verdict = answer.get("answer")
        if verdict == "refuted":
            point = answer.get("point")
            if point is None:
                return "refuted without a point"
            deviation = self.deviation([exact(value) for value in point])
            at = f"exact deviation {float(deviation):.3g} at its point"
            if deviation > within:
                assert not (self.equal and within == 0), f"{self.name} was thought to be equal: {point}"
                return f"right, {at}"
            return f"WRONG: {at}"
        if verdict == "proved":
            return "right" if self.equal or within > 0 else "WRONG: they are not equal"
        return "no answer"


@dataclass
class Cells:
    """How many linear cells has the network, everywhere or in a cube around 0?"""

    name: str
    network: Path
    cube: int | None
    peers: list[str]
    known: tuple[int, int] | None = None
    why_known: str = ""
    notes: list[str] = field(default_factory=list)

    def remark(self, answer: dict) -> str:
        """Whether the counts are those known."""
        if answer.get("answer") != "counted":
            return "no answer"
        counts = (answer["cells"], answer["maps"])
        if self.known is None:
            return "no second count to compare with"
        if counts == self.known:
            return "right"
        return f"WRONG: it is {self.known[0]} cells, {self.known[1]} maps"

    def check_list(self, points: list[Row], samples: int = 20_000) -> str:
        """Checks a list of cells by a point of each: their signs must be distinct and without 0
        (so that there are at least as many), and random points must be in none but them."""
        network = Network.read(self.network)
        layers, rng = integers(network), random.Random(1)
        listed = {signs_at(layers, point) for point in points}
        if len(listed) != len(points) or any("0" in signs for signs in listed):
            return "no list of inner points of distinct cells"
        for _ in range(samples):
            spread = 1 if self.cube else rng.choice([1, 4, 64])
            point = [spread * (self.cube or 1) * x for x in random_point(rng, network.shape[0])]
            signs = signs_at(layers, point)
            if "0" not in signs and signs not in listed:
                return "WRONG: a random point lies in a cell that is not listed"
        return f"{len(listed)} distinct cells by exact points; {samples} random points in no other"


def exact(value: str) -> Fraction:
    """A rational, or a float in hexadecimal."""
    return Fraction(float.fromhex(value)) if "0x" in value else Fraction(value)


def equalities(folder: Path, minima: list[int]) -> list[Equality]:
    """Minima against their meaning, networks against scrambled copies, and copies with a moved weight."""
    asked = []
    for n in minima:
        peers = ["z3", "marabou"] if n <= 8 else ["z3"]
        asked.append(Equality(f"min{n} = minimum", folder / f"min{n}-copy.json", None, True, peers))
    for n in minima:
        asked.append(Equality(f"min{n}, moved", folder / f"min{n}-moved.json", None, False, ["z3"]))
    for shape in SHAPES:
        name = name_of(shape)
        peers = ["z3", "marabou"]
        asked.append(Equality(f"{name} = copy", folder / f"{name}.json", folder / f"{name}-copy.json", True, peers))
    for shape in SHAPES:
        name = name_of(shape)
        asked.append(Equality(f"{name}, moved", folder / f"{name}.json", folder / f"{name}-moved.json", False,
                              ["z3"]))
    return asked


def counts(folder: Path) -> list[Cells]:
    """Cells of minima, and of random networks on the plane, in a square, in four dimensions."""
    both, copies = ["relucent", "affinitree"], "-copy.json"
    return [
        Cells("cells of min2", folder / f"min2{copies}", None, both),
        Cells("cells of min4", folder / f"min4{copies}", None, both),
        Cells("cells of 2-16-16-1", folder / f"2-16-16-1{copies}", None, both),
        Cells("cells of 2-16-16-1 in [-1,1]^2", folder / f"2-16-16-1{copies}", 1, both),
        Cells("cells of 4-16-16-1", folder / f"4-16-16-1{copies}", None, both),
    ]
