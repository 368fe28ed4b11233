"""Seconds a network of the same training in Pellucid, in the notebook's PyTorch loop, in batched PyTorch and in JAX.

    bench/train/run speed [--networks 1024] [--threads 1,2] [--json FILE]

Widths, batch and steps are the same everywhere; loops that take long train fewer networks, since the time of each is the
same. Each measurement is a process of its own, on as many processors as it has threads."""

import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
EXAMPLES = HERE.parent.parent / "target" / "release" / "examples"
TASKS = [("x1", "1,2,1"), ("min(x1, x2)", "2,3,1"), ("max(x1, x2, x3, x4)", "4,16,16,1")]
# Label, peer, and networks trained: the loop's take long and are all alike; JAX is also tried on fewer at once, which fit
# into its caches.
PEERS = [("loop", "loop", 4), ("bmm", "bmm", 1024), ("jax", "jax", 1024), ("jax by 128", "jax", 128)]


def on(threads, command):
    cpus = ",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0))[:threads])
    done = subprocess.run(["taskset", "-c", cpus, *command], capture_output=True, text=True, timeout=3600)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["failed"])[-1])
    return done.stdout


def products(shape):
    """Multiply-adds a sample: forward, by the weights, and by the neurons below (not by the inputs)."""
    pairs = list(zip(shape, shape[1:]))
    return sum(n * m * (2 if l == 0 else 3) for l, (n, m) in enumerate(pairs))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--threads", default=f"1,{len(os.sched_getaffinity(0))}")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    asked = parser.parse_args()
    rows = []
    peak = float(on(1, [EXAMPLES / "peak_multiply_adds"]))
    print(f"one core: {peak / 1e9:.1f} * 10^9 multiply-adds a second at most (measured)")
    print(f"{'widths':<12}{'threads':>8}  {'program':<10}{'ms a network':>13}{'ratio':>10}  remark")
    for function, shape in TASKS:
        one_core = None
        for threads in dict.fromkeys(int(n) for n in asked.threads.split(",")):
            command = [EXAMPLES / "train_seconds", function, shape, asked.networks, asked.steps, asked.batch, threads]
            runs = [json.loads(on(threads, [str(part) for part in command])) for _ in range(asked.repeat)]
            ours = min(run["seconds_a_network"] for run in runs)
            rate = products([int(w) for w in shape.split(",")]) * asked.steps * asked.batch / ours / threads
            remark = f"{100 * rate / peak:.0f} % of the peak multiply-adds"
            if one_core:
                remark += f"; {one_core / ours:.2f} times one core"
            one_core = one_core or ours
            rows.append({"shape": shape, "threads": threads, "program": "pellucid", "seconds": ours, "share": rate / peak})
            print(f"{shape:<12}{threads:>8}  {'pellucid':<10}{1e3 * ours:>13.3f}{1:>10}  {remark}", flush=True)
            for label, peer, networks in PEERS:
                arguments = [peer, function, shape, min(networks, asked.networks), asked.steps, asked.batch, threads]
                try:
                    command = [sys.executable, HERE / "peers.py", *arguments]
                    seconds = min(float(on(threads, [str(part) for part in command])) for _ in range(2))
                except (RuntimeError, subprocess.TimeoutExpired) as error:
                    print(f"{shape:<12}{threads:>8}  {label:<10}{'-':>13}{'-':>10}  {error}", flush=True)
                    continue
                rows.append({"shape": shape, "threads": threads, "program": label, "seconds": seconds})
                print(f"{shape:<12}{threads:>8}  {label:<10}{1e3 * seconds:>13.3f}{seconds / ours:>10.1f}", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps({"peak": peak, "rows": rows}, indent=1))


main()
