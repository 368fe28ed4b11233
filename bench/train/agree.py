"""Do runs with PyTorch's random numbers converge where PyTorch's do?

    bench/train/run agree [--seeds 0..200] [--only minimum]

Trains the notebook's six functions in PyTorch, one seed after the other, and in Pellucid, and counts the seeds where one
ends below a loss of 1e-6 and the other does not. The minimum takes 10,000 steps a seed: about 5 s each in PyTorch."""

import argparse
import json
import pathlib
import subprocess

import torch

PELLUCID = pathlib.Path(__file__).parent.parent.parent / "target" / "release" / "pellucid"
TASKS = {
    "identity": ("x1", [1, 2, 1], 500, lambda x: x[:, 0:1]),
    "negation": ("-x1", [1, 2, 1], 500, lambda x: -x[:, 0:1]),
    "absolute value": ("abs(x1)", [1, 2, 1], 500, lambda x: x[:, 0:1].abs()),
    "addition": ("x1 + x2", [2, 2, 1], 500, lambda x: x[:, 0:1] + x[:, 1:2]),
    "subtraction": ("x1 - x2", [2, 2, 1], 500, lambda x: x[:, 0:1] - x[:, 1:2]),
    "minimum": ("min(x1, x2)", [2, 3, 1], 10_000, lambda x: torch.minimum(x[:, 0:1], x[:, 1:2])),
}
LEARNT = 1e-6


def torch_loss(shape, steps, target, seed):
    """The notebook's order of draws: layers, test points, then one batch a step."""
    torch.manual_seed(seed)
    n_inputs, n_hidden, n_outputs = shape
    model = torch.nn.Sequential(
        torch.nn.Linear(n_inputs, n_hidden, bias=False), torch.nn.ReLU(), torch.nn.Linear(n_hidden, n_outputs, bias=False)
    )
    loss = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    test = torch.rand((1000, n_inputs)) * 2 - 1
    for _ in range(steps):
        x = torch.rand((1000, n_inputs)) * 2 - 1
        optimizer.zero_grad()
        loss(model(x), target(x)).backward()
        optimizer.step()
    with torch.no_grad():
        return loss(model(test), target(test)).item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="0..200")
    parser.add_argument("--only", choices=TASKS)
    asked = parser.parse_args()
    first, end = (int(part) for part in asked.seeds.split(".."))
    torch.set_num_threads(1)
    agreed = total = 0
    for name, (function, shape, steps, target) in TASKS.items():
        if asked.only not in (None, name):
            continue
        widths = ",".join(map(str, shape))
        command = [PELLUCID, "train", function, "--layers", widths, "--steps", str(steps), "--seeds", asked.seeds, "--json"]
        runs = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)["runs"]
        ours = {run["seed"]: run["final_loss"] for run in runs}
        differ = []
        for seed in range(first, end):
            theirs = torch_loss(shape, steps, target, seed)
            if (theirs < LEARNT) != (ours[seed] is not None and ours[seed] < LEARNT):
                differ.append((seed, theirs, ours[seed]))
        n = end - first
        agreed, total = agreed + n - len(differ), total + n
        learnt = sum(loss is not None and loss < LEARNT for loss in ours.values())
        print(f"{name:<16} {n - len(differ)} of {n} agree ({learnt} learnt) {differ or ''}", flush=True)
    print(f"{agreed} of {total} runs agree")
    raise SystemExit(agreed < 0.99 * total)


main()
