"""A survey on a Ray cluster of several machines, of which one goes away in the middle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import needs

needs("ray")
import ray  # noqa: E402
from test_ray import LONGER, in_the_middle  # noqa: E402
from test_survey import rows  # noqa: E402

import pellucid  # noqa: E402


def test_a_lost_machine_loses_nothing(tmp_path: Path) -> None:
    """Each machine is a node of its own with one worker, as Ray's own tests make them."""
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    lost = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    store = tmp_path / "runs.sqlite"

    def lose() -> bool:
        # Without a grace period, as when the power goes.
        cluster.remove_node(lost, allow_graceful=False)
        return True

    try:
        watching, happened = in_the_middle(store, lose)
        done = pellucid.survey(LONGER, store, on="ray", address=cluster.address, tasks=12, progress=False)
        watching.join()
        assert len(happened) == 1 and 0 < happened[0] < done.n_runs == 1800
        assert rows(done) == rows(pellucid.survey(LONGER))
    finally:
        ray.shutdown()
        cluster.shutdown()


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        # What Ray says after minutes of asking.
        raise ConnectionError("Failed to connect to Ray cluster at 127.0.0.1:9")

    monkeypatch.setattr(ray, "init", refuse)
    with pytest.raises(pellucid.PellucidError, match="no Ray cluster to be had at 127.0.0.1:9: Failed to connect"):
        pellucid.survey(LONGER, on="ray", address="127.0.0.1:9")
