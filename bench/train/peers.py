"""The same experiment in PyTorch and JAX: networks without biases, plain gradient descent with rate 0.1, a fresh uniform
batch a step, every network its own. Each function returns seconds a network."""

import math
import sys
import time

RATE = 0.1
TARGETS = {
    "x1": lambda x, lib: x[..., 0:1],
    "min(x1, x2)": lambda x, lib: lib.minimum(x[..., 0:1], x[..., 1:2]),
    "max(x1, x2, x3, x4)": lambda x, lib: (x.amax(-1, keepdim=True) if lib.__name__ == "torch" else x.max(-1, keepdims=True)),
}


def loop(function, shape, networks, steps, batch, threads):
    """The notebook's loop: torch.nn.Sequential, autograd and torch.optim.SGD, one network after the other."""
    import torch

    torch.set_num_threads(threads)
    begin = time.perf_counter()
    for seed in range(networks):
        torch.manual_seed(seed)
        layers = []
        for l, (n, m) in enumerate(zip(shape, shape[1:])):
            layers += [torch.nn.Linear(n, m, bias=False)] + ([torch.nn.ReLU()] if l + 2 < len(shape) else [])
        model = torch.nn.Sequential(*layers)
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        loss = torch.nn.MSELoss()
        for _ in range(steps):
            x = torch.rand((batch, shape[0])) * 2 - 1
            y = TARGETS[function](x, torch)
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()
    return (time.perf_counter() - begin) / networks


def bmm(function, shape, networks, steps, batch, threads):
    """All networks at once by batched matrix products, gradients by autograd."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    weights = [((torch.rand(networks, n, m) * 2 - 1) / math.sqrt(n)).requires_grad_() for n, m in zip(shape, shape[1:])]
    begin = time.perf_counter()
    for _ in range(steps):
        x = torch.rand((networks, batch, shape[0])) * 2 - 1
        h = x
        for l, w in enumerate(weights):
            h = torch.bmm(h, w)
            if l + 2 < len(shape):
                h = torch.relu(h)
        off = h - TARGETS[function](x, torch)
        # The mean within a network and the sum over networks: each network's gradient is its own.
        gradients = torch.autograd.grad((off * off).mean(dim=(1, 2)).sum(), weights)
        with torch.no_grad():
            for w, g in zip(weights, gradients):
                w -= RATE * g
    return (time.perf_counter() - begin) / networks


def jax(function, shape, networks, steps, batch, threads):
    """jit(vmap(scan)); the time of compiling is left out."""
    import os

    flags = f"--xla_cpu_multi_thread_eigen={'false' if threads == 1 else 'true'} intra_op_parallelism_threads={threads}"
    os.environ.setdefault("XLA_FLAGS", flags)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax as j
    import jax.numpy as jnp

    def train(key):
        first, key = j.random.split(key)
        keys = j.random.split(first, len(shape) - 1)
        weights = [
            j.random.uniform(k, (n, m), minval=-1, maxval=1) / math.sqrt(n) for k, n, m in zip(keys, shape, shape[1:])
        ]

        def loss(weights, x):
            h = x
            for l, w in enumerate(weights):
                h = h @ w
                if l + 2 < len(shape):
                    h = jnp.maximum(h, 0)
            return jnp.mean((h - TARGETS[function](x, jnp)) ** 2)

        def step(weights, key):
            x = j.random.uniform(key, (batch, shape[0]), minval=-1, maxval=1)
            gradients = j.grad(loss)(weights, x)
            return [w - RATE * g for w, g in zip(weights, gradients)], None

        return j.lax.scan(step, weights, j.random.split(key, steps))[0]

    many = j.jit(j.vmap(train))
    keys = j.random.split(j.random.key(0), networks)
    compiled = many.lower(keys).compile()
    begin = time.perf_counter()
    j.block_until_ready(compiled(keys))
    return (time.perf_counter() - begin) / networks


if __name__ == "__main__":
    peer, function, shape, networks, steps, batch, threads = sys.argv[1:]
    measure = {"loop": loop, "bmm": bmm, "jax": jax}[peer]
    print(measure(function, [int(w) for w in shape.split(",")], int(networks), int(steps), int(batch), int(threads)))
