"""Many ReLU networks of one shape trained at once: float64 tensors with the networks in front."""

from __future__ import annotations

import math

import torch

# A list over layers of (weights (networks, out, in), biases (networks, out)).
Layers = list[tuple[torch.Tensor, torch.Tensor]]


def initial(widths: list[int], seeds: list[int]) -> Layers:
    """PyTorch's own start of nn.Linear, each network from its seed."""
    stacks = []
    for seed in seeds:
        torch.manual_seed(seed)
        stacks.append([torch.nn.Linear(n, m, dtype=torch.float64) for n, m in zip(widths, widths[1:])])
    def together(layer: int, name: str) -> torch.Tensor:
        return torch.stack([getattr(stack[layer], name).detach() for stack in stacks])

    return [(together(i, "weight"), together(i, "bias")) for i in range(len(widths) - 1)]


def forward(layers: Layers, points: torch.Tensor) -> list[torch.Tensor]:
    """What goes into each layer and at last what comes out: (networks, n, width) each."""
    values = [points.expand(layers[0][0].shape[0], *points.shape)]
    for index, (weights, biases) in enumerate(layers):
        sums = torch.baddbmm(biases.unsqueeze(1), values[-1], weights.transpose(1, 2))
        values.append(sums if index == len(layers) - 1 else torch.relu(sums))
    return values


def losses(layers: Layers, points: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """(networks) the mean squared errors."""
    return (forward(layers, points)[-1] - wanted).square().mean(dim=(1, 2))


def adam(layers: Layers, batch_of, steps: int, rate: float, decay: bool = True) -> Layers:
    """Adam on fresh batches; the rate falls to 0 along a cosine."""
    parameters = [p.clone().requires_grad_() for layer in layers for p in layer]
    layers = list(zip(parameters[::2], parameters[1::2]))
    optimizer = torch.optim.Adam(parameters, lr=rate, foreach=True)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate * (1 + math.cos(math.pi * step / steps)) / 2 if decay else rate
        optimizer.zero_grad(set_to_none=True)
        losses(layers, *batch_of(step)).sum().backward()
        optimizer.step()
    return [(w.detach(), b.detach()) for w, b in layers]


def levenberg_marquardt(layers: Layers, points: torch.Tensor, wanted: torch.Tensor, steps: int) -> Layers:
    """Damped Gauss-Newton steps on one sample, damped for each network by itself; a step that does
    not lower the loss is taken back."""
    n_networks = layers[0][0].shape[0]
    damping = torch.full((n_networks,), 1e-2, dtype=torch.float64)
    known = losses(layers, points, wanted)
    for _ in range(steps):
        jacobian, residuals = _jacobian(layers, points, wanted)
        normal = jacobian.transpose(1, 2) @ jacobian
        gradient = jacobian.transpose(1, 2) @ residuals.unsqueeze(2)
        size = torch.diagonal(normal, dim1=1, dim2=2)
        ridge = damping.unsqueeze(1) * (size + 1e-6 * size.mean(dim=1, keepdim=True) + 1e-12)
        step = torch.linalg.solve_ex(normal + torch.diag_embed(ridge), gradient)[0].squeeze(2)
        step = torch.nan_to_num(step)
        moved = _moved(layers, step)
        found = losses(moved, points, wanted)
        better = found < known
        layers = [tuple(torch.where(better.view(-1, *[1] * (new.dim() - 1)), new, old)
                        for new, old in zip(a, b)) for a, b in zip(moved, layers)]
        known = torch.where(better, found, known)
        damping = torch.where(better, damping / 3, damping * 4).clamp(1e-12, 1e8)
        if bool(((damping >= 1e8) | (known < 1e-28)).all()):
            break
    return layers


def lbfgs(layers: Layers, points: torch.Tensor, wanted: torch.Tensor, steps: int) -> Layers:
    """L-BFGS on one sample, for one network at a time and for as many weights as there may be."""
    parameters = [p.clone().requires_grad_() for layer in layers for p in layer]
    layers = list(zip(parameters[::2], parameters[1::2]))
    optimizer = torch.optim.LBFGS(parameters, max_iter=steps, history_size=50, tolerance_grad=1e-13,
                                  tolerance_change=1e-16, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = losses(layers, points, wanted).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return [(w.detach(), b.detach()) for w, b in layers]


def _jacobian(layers: Layers, points: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(networks, n outputs, weights) how every residual changes with every weight, and the residuals."""
    values = forward(layers, points)
    n_networks, n, n_outputs = values[-1].shape
    rows = []
    for output in range(n_outputs):
        back = torch.zeros(n_networks, n, n_outputs, dtype=torch.float64)
        back[:, :, output] = 1
        columns = []
        for index in reversed(range(len(layers))):
            by_weight = back.unsqueeze(3) * values[index].unsqueeze(2)
            columns[:0] = [by_weight.flatten(2), back]
            if index:
                back = (back @ layers[index][0]) * (values[index] > 0)
        rows.append(torch.cat(columns, dim=2))
    jacobian = torch.stack(rows, dim=2).flatten(1, 2)
    return jacobian, (values[-1] - wanted).flatten(1)


def _moved(layers: Layers, step: torch.Tensor) -> Layers:
    moved, at = [], 0
    for layer in layers:
        parts = []
        for old in layer:
            size = old[0].numel()
            parts.append(old - step[:, at:at + size].view_as(old))
            at += size
        moved.append(tuple(parts))
    return moved
