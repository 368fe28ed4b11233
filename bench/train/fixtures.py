"""Writes crates/pellucid-train/tests/fixtures/torch_steps.json: PyTorch's first gradient and first 50 steps for every
optimiser, loss and penalty that regimens offer, on fixed data from fixed weights.

    bench/train/run fixtures
"""

import json
import pathlib

import torch

OUT = pathlib.Path(__file__).parents[2] / "crates" / "pellucid-train" / "tests" / "fixtures" / "torch_steps.json"
STEPS = 50
# Rows are longer than one block of samples, and not a multiple of a vector's lanes.
N_ROWS = 150
OPTIMIZERS = {
    "sgd": ({}, lambda p: torch.optim.SGD(p, lr=0.05), 0.05),
    "momentum": ({"momentum": 0.8}, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.8), 0.02),
    "adam": ({"beta1": 0.85, "beta2": 0.99}, lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.85, 0.99)), 0.01),
    "adamw": ({"decay": 0.2}, lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.2), 0.01),
    "l-bfgs": ({"history": 10}, lambda p: torch.optim.LBFGS(
        p, lr=0.3, max_iter=1, history_size=10, tolerance_grad=1e-12, tolerance_change=0.0), 0.3),
}
LOSSES = {
    "squared": ({}, torch.nn.functional.mse_loss),
    "huber": ({"delta": 0.3}, lambda y, t: torch.nn.functional.huber_loss(y, t, delta=0.3)),
    "cross-entropy": ({}, lambda y, t: (torch.nn.functional.binary_cross_entropy_with_logits(y, t) if y.shape[1] == 1
                                        else torch.nn.functional.cross_entropy(y, t))),
}
PENALTIES = {"none": {}, "l1": {"l1": 0.02}, "l2": {"l2": 0.03, "biases": True}, "path": {"path": 0.05}}
CASES = (
    [(optimizer, "squared", "none", shape, bias) for optimizer in OPTIMIZERS
     for shape, bias in [([1, 2, 1], False), ([2, 3, 1], True), ([2, 5, 4, 2], True)]]
    + [("sgd", "huber", "none", [2, 3, 1], True), ("adam", "huber", "none", [3, 4, 2], False)]
    + [("sgd", "cross-entropy", "none", [2, 3, 1], True), ("adam", "cross-entropy", "none", [2, 4, 3], True)]
    + [(optimizer, "squared", penalty, [2, 4, 3, 1], True) for optimizer in ("sgd", "adam")
       for penalty in ("l1", "l2", "path")]
)


def data(shape, loss, generator, dtype):
    x = torch.rand((N_ROWS, shape[0]), generator=generator) * 2 - 1
    raw = torch.stack([(x.sum(1) + o / 3).abs() - 0.4 * o for o in range(shape[-1])], 1)
    if loss == "cross-entropy":
        raw = (raw > 0.5).float() if shape[-1] == 1 else torch.nn.functional.one_hot(raw.argmax(1), shape[-1]).float()
    return x, raw


def penalty_of(penalty, layers):
    total = 0.0
    for layer in layers:
        for value in [layer.weight] + ([layer.bias] if penalty.get("biases") and layer.bias is not None else []):
            total = total + penalty.get("l1", 0.0) * value.abs().sum() + penalty.get("l2", 0.0) * (value * value).sum()
    reach = torch.ones(layers[0].weight.shape[1], dtype=layers[0].weight.dtype)
    for layer in layers:
        reach = layer.weight.abs() @ reach
    return total + penalty.get("path", 0.0) * reach.sum()


def written(layers, of=lambda value: value):
    bias = lambda layer: [0.0] * layer.weight.shape[0] if layer.bias is None else of(layer.bias).tolist()
    return [{"weights": of(layer.weight).tolist(), "biases": bias(layer)} for layer in layers]


def case(index, optimizer, loss, penalty, shape, bias):
    generator = torch.Generator().manual_seed(100 + index)
    dtype = torch.float64 if optimizer == "l-bfgs" else torch.float32
    x, t = data(shape, loss, generator, dtype)
    layers = [torch.nn.Linear(n, m, bias=bias) for n, m in zip(shape, shape[1:])]
    with torch.no_grad():
        for value in (value for layer in layers for value in layer.parameters()):
            value.copy_(torch.rand(value.shape, generator=generator) * 1.6 - 0.8)
    layers = [layer.to(dtype) for layer in layers]
    start = written(layers)
    parts = [part for layer in layers for part in (layer, torch.nn.ReLU())][:-1]
    model = torch.nn.Sequential(*parts)
    settings, make, rate = OPTIMIZERS[optimizer]
    stepper = make(model.parameters())

    def closure():
        stepper.zero_grad()
        value = LOSSES[loss][1](model(x.to(dtype)), t.to(dtype)) + penalty_of(PENALTIES[penalty], layers)
        value.backward()
        return value

    closure()
    gradient = written(layers, lambda value: value.grad)
    for _ in range(STEPS):
        stepper.step(closure)
    regimen = "\n".join([
        f"optimizer = {toml({'kind': optimizer, **settings})}", f"loss = {toml({'kind': loss, **LOSSES[loss][0]})}",
        f"penalty = {toml(PENALTIES[penalty])}", f"rate = {rate}", f"steps = {STEPS}", f"batch = {N_ROWS}"])
    return {"regimen": regimen, "bias": bias, "inputs": x.tolist(), "targets": t.tolist(), "start": start,
            "gradient": gradient, "end": written(layers)}


def toml(settings):
    return "{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in settings.items()) + " }"


def rounded(value):
    """Shortest decimals that read back as the same 32-bit floats are long; nine digits do."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return {key: rounded(v) for key, v in value.items()} if isinstance(value, dict) else value


cases = [rounded(case(index, *which)) for index, which in enumerate(CASES)]
OUT.write_text("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]\n")
print(f"{len(cases)} cases written to {OUT} with PyTorch {torch.__version__}")
