"""The functions that networks are trained for, as text that Pellucid and PyTorch both read."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Target:
    """A function of x1..xn and the box that it is trained on."""

    function: str
    n_inputs: int
    reach: int = 1

    @property
    def box(self) -> str:
        """The domain as Pellucid reads it."""
        return f"[-{self.reach},{self.reach}]^{self.n_inputs}"

    def points(self, n: int, random: torch.Generator) -> torch.Tensor:
        """(n, inputs) uniform points of the box, float64."""
        unit = torch.rand(n, self.n_inputs, dtype=torch.float64, generator=random)
        return (2 * unit - 1) * self.reach

    def values(self, points: torch.Tensor) -> torch.Tensor:
        """(n, outputs) what it computes at (n, inputs) points."""
        names = {f"x{i + 1}": points[:, i] for i in range(self.n_inputs)}
        found = eval(self.function, {"__builtins__": {}} | WORDS | names)  # only of the texts below
        return torch.stack(found if isinstance(found, tuple) else (found,), dim=1)


def _median(*values: torch.Tensor) -> torch.Tensor:
    return torch.stack(values).median(dim=0).values


def _fold(pick) -> callable:
    def folded(first, *rest):
        for other in rest:
            first = pick(first, torch.as_tensor(other, dtype=first.dtype))
        return first
    return folded


WORDS = {
    "relu": torch.relu,
    "abs": torch.abs,
    "clamp": torch.clamp,
    "min": _fold(torch.minimum),
    "max": _fold(torch.maximum),
    "median": _median,
}

# At the smallest width known and at three times that.
SMALL = [
    Target("x1", 1),
    Target("-x1", 1),
    Target("abs(x1)", 1),
    Target("relu(x1)", 1),
    Target("clamp(x1, 0, 1)", 1, reach=2),  # its upper kink is at the edge of [-1,1]
    Target("x1 + x2", 2),
    Target("x1 - x2", 2),
    Target("min(x1, x2)", 2),
    Target("max(x1, x2)", 2),
    Target("abs(x1 - x2)", 2),
    Target("abs(x1) + abs(x2)", 2),
    Target("(min(x1, x2), max(x1, x2))", 2),
    Target("relu(x1 + x2 - 1/2)", 2),
    Target("x1 - clamp(x1, -1/4, 1/4)", 1),
    Target("x1/2 - x2/3", 2),
    Target("min(x1, x2, x3)", 3),
    Target("max(x1, x2, x3)", 3),
    Target("max(x1, x2, 0)", 2),
    Target("max(min(x1, x2), x3)", 3),
    Target("median(x1, x2, x3)", 3),
]

# With far more neurons than are needed.
BIG = [
    (Target("min(x1, x2)", 2), [16, 16]),
    (Target("abs(x1) + abs(x2)", 2), [16, 16]),
    (Target("max(x1, x2, 0)", 2), [16, 16]),
    (Target("max(x1, x2)", 2), [64]),
    (Target("abs(x1 - x2)", 2), [64]),
    (Target("relu(x1 + x2 - 1/2)", 2), [64]),
    (Target("max(x1, x2, x3)", 3), [64, 64]),
    (Target("median(x1, x2, x3)", 3), [64, 64]),
    (Target("max(min(x1, x2), min(x3, x4))", 4), [32, 32]),
    (Target("max(x1, x2) + min(x3, x4)", 4), [32, 32]),
]
