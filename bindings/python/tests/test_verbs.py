from __future__ import annotations

import _thread
import threading
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import pellucid
from pellucid import Function


@pytest.mark.parametrize("name", ["minimum", "absolute-value", "l1-norm-of-two", "minimum-of-three"])
def test_there_and_back(name: str) -> None:
    entry = pellucid.library[name]
    found = entry.compile()
    assert found.certificate.check().accepted
    assert pellucid.prove(found.network, entry.function)
    taken = pellucid.decompile(found.network, on=[(-1, 1)] * entry.function.n_inputs)
    assert taken.exact and taken.max_deviation == 0
    assert pellucid.prove(taken.formula, entry.function, on=f"[-1,1]^{entry.function.n_inputs}")


def test_compiling_says_what_is_proved() -> None:
    found = pellucid.compile("max(x1, x2, 0)")
    assert found.is_smallest and found.lower_bound == found.network.hidden_neurons and found.reason
    box = pellucid.compile("min(x1, x2)", on=(-1, 1))
    assert box.network.shape == (2, 2, 1) and box.domain == "[-1, 1]^2"
    assert pellucid.compile("max(x1, x2, x3, x4, x5)", layers=2).network.shape[1:-1].__len__() == 2
    assert pellucid.compile("min(x1, x2)", bias=False).data["biases"] != found.data["biases"]
    assert any(circuit.name == "minimum" for circuit in pellucid.compile("min(x1, x2)").circuits)


def test_approximating_keeps_its_bound() -> None:
    found = pellucid.compile("x*y", on="[-1,1]^2", within="1/100")
    low, high = found.error
    assert -Fraction(1, 100) <= low <= high <= Fraction(1, 100)
    x = np.random.default_rng(0).uniform(-1, 1, size=(1000, 2))
    off = x[:, 0] * x[:, 1] - found.network(x)[:, 0]
    assert float(low) - 1e-12 <= off.min() and off.max() <= float(high) + 1e-12
    with pytest.raises(pellucid.InvalidInput, match="box"):
        pellucid.compile("x*y", within=0.01)


def test_proofs_and_refutations() -> None:
    proof = pellucid.prove("max(x1, x2)", "x2 + relu(x1 - x2)")
    assert proof and proof.certificate is not None and proof.certificate.check() and proof.max_deviation == 0
    assert proof.certificate.explain()
    refuted = pellucid.prove("max(x1, x2)", "x1")
    assert not refuted and refuted.certificate is None
    at = refuted.counterexample
    assert at is not None and at.left != at.right and Function("max(x1, x2)")(at.input) == at.left
    assert pellucid.prove("max(x1, x2)", "x1", where="x1 >= x2")
    assert pellucid.prove("abs(x1)", "abs(x1) + 1/1000", within=0.001)
    assert not pellucid.prove("abs(x1)", "abs(x1) + 1/1000", within="0.0009")
    assert pellucid.prove("min(x1, x2)", "relu(x1 + x2 - 1)", on="{0,1}^2")
    # A side that speaks of the other's inputs means them, in whatever order; fewer inputs are widened.
    assert pellucid.prove(Function("a - b", ["b", "a"]), "-b + a")
    assert pellucid.prove("max(x1, x2, x3)", "x1", where=["x1 >= x2", "x1 >= x3"])


def test_what_is_wrong_is_told_all_at_once() -> None:
    with pytest.raises(pellucid.InvalidInput, match="3"):
        pellucid.prove(pellucid.compile("min(x1, x2)").network, "max(x1, x2, x3)")
    with pytest.raises(pellucid.InvalidInput) as error:
        pellucid.prove("x1", "x1", on="[1,-1]", where=["x1 >", "y > 2"])
    assert len(str(error.value).split("\n")) > 2
    with pytest.raises(pellucid.InvalidInput, match="negative"):
        pellucid.prove("x1", "x1", within=-1)
    with pytest.raises(pellucid.InvalidInput, match="layers"):
        pellucid.compile("x1", layers=0)
    with pytest.raises(pellucid.InvalidInput, match="no function"):
        pellucid.compile(3)  # type: ignore[arg-type]
    with pytest.raises(pellucid.InvalidInput, match="seed"):
        pellucid.train("x1", seeds=range(0))
    with pytest.raises(pellucid.InvalidInput, match="stepps"):
        pellucid.train("x1", layers=(1, 2, 1), stepps=3)
    with pytest.raises(pellucid.InvalidInput, match="timeout"):
        pellucid.compile("x1", timeout=-1)
    with pytest.raises(KeyError, match="minimum"):
        pellucid.library["minimun"]


def test_a_limit_is_an_exception_of_its_own() -> None:
    chance = np.random.default_rng(0)
    shapes = [(40, 6), (40, 40), (1, 40)]
    # More linear cells than anybody walks in minutes.
    hard = pellucid.Network([(chance.normal(size=shape), chance.normal(size=shape[0])) for shape in shapes])
    with pytest.raises(pellucid.LimitReached, match="timeout"):
        hard.cells(on="[-1,1]^6", timeout=0.2)
    with pytest.raises(TimeoutError, match="cells"):
        hard.cells(on="[-1,1]^6", max_cells=20)


def test_ctrl_c_ends_the_waiting() -> None:
    """The work goes on for very long where nothing stops it."""
    started = threading.Event()

    def interrupt() -> None:
        started.wait()
        time.sleep(0.2)
        _thread.interrupt_main()

    waiting = threading.Thread(target=interrupt)
    waiting.start()
    with pytest.raises(KeyboardInterrupt):
        started.set()
        pellucid.train("min(x1, x2)", layers=(2, 64, 64, 1), steps=10**9, progress=False)
    waiting.join()


def test_the_gil_is_released() -> None:
    counted = 0
    ended = threading.Event()

    def count() -> None:
        nonlocal counted
        while not ended.is_set():
            counted += 1
            time.sleep(0)

    counting = threading.Thread(target=count)
    counting.start()
    before = counted
    pellucid.train("min(x1, x2)", layers=(2, 8, 1), steps=3000, progress=False)
    during = counted - before
    ended.set()
    counting.join()
    assert during > 10


def test_training_as_the_notebook_does() -> None:
    runs = pellucid.train("min(x1, x2)", layers=(2, 3, 1), seed=0, steps=10_000, every=5000)
    run = runs[0]
    assert run.found and runs.n_found == 1 and runs.network is run.network and run.network is not None
    assert run.network.dtype == "float32" and run.network.function == Function("min(x1, x2)")
    assert [step for step, _ in run.losses][:2] == [1, 5001]
    taken = pellucid.decompile(run.network)
    assert str(taken.formula) == "min(x1, x2)" and taken.explained and not taken.exact
    again = pellucid.train("min(x1, x2)", layers=(2, 3, 1), seed=0, steps=10_000)[0]
    assert again.network == run.network


def test_training_by_a_regimen() -> None:
    told: list[int] = []
    runs = pellucid.train("abs(x1)", layers=(1, 2, 1), seeds=range(3, 9), regimen={"init": "paired"}, restarts=9)
    assert [run.seed for run in runs] == [3, 4, 5, 6, 7, 8] and runs.n_found == 6
    low, high = runs.interval_95
    assert 0 <= low <= high <= 1 and not told
    with pytest.raises(pellucid.InvalidInput, match="box"):
        pellucid.train("abs(x1)", on="{0,1}")


def test_disguises_are_taken_off() -> None:
    hidden = pellucid.disguise("min(x1, x2)", seed=7)
    assert pellucid.prove(hidden.network, "min(x1, x2)")
    assert pellucid.decompile(hidden.network).formula == Function("min(x1, x2)")
    assert {neuron["name"] for neuron in hidden.labels["neurons"]} == set(hidden.network.neurons)


def test_certificates_are_files(tmp_path: Path) -> None:
    certificate = pellucid.compile("abs(x1)").certificate
    certificate.save(tmp_path / "proof.json")
    assert pellucid.check(tmp_path / "proof.json").accepted
    broken = pellucid.Certificate(certificate.json.replace('"abs(x1)"', '"x1"'))
    assert not broken.check().accepted and broken.check().reason


def test_names_of_inputs() -> None:
    found = pellucid.compile("min(a, b)")
    assert found.network.inputs == ("a", "b")
    assert pellucid.decompile(found.network.with_inputs(["b", "a"])).formula.inputs == ("b", "a")
    target = pellucid.decompile(found.network, target="min(b, a)")
    assert target.data["against_target"]["max_deviation"] == "0"
