from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import needs

import pellucid

torch = needs("torch")
nn = torch.nn


def sequential(*shape: int, bias: bool = True, dtype: Any = torch.float32) -> Any:
    torch.manual_seed(sum(shape))
    parts: list[Any] = []
    for n_in, n_out in zip(shape, shape[1:]):
        parts += [nn.Linear(n_in, n_out, bias=bias, dtype=dtype), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_there_and_back_is_bit_equal(bias: bool, dtype: Any) -> None:
    model = sequential(3, 16, 8, 2, bias=bias, dtype=dtype)
    network = pellucid.as_network(model)
    back = network.to_torch()
    assert model.state_dict().keys() == back.state_dict().keys() == network.state_dict().keys()
    for name, tensor in model.state_dict().items():
        assert tensor.dtype == back.state_dict()[name].dtype
        assert tensor.numpy().tobytes() == back.state_dict()[name].numpy().tobytes()
    assert pellucid.as_network(model.state_dict()) == network
    x = torch.rand(100, 3, dtype=dtype)
    got = network(x)
    assert isinstance(got, torch.Tensor) and got.dtype == dtype
    torch.testing.assert_close(got, model(x).detach(), rtol=1e-5, atol=1e-5)
    assert network.run_with_cache(x)[1]["h1.2"].shape == (100,)


class Skip(nn.Module):  # type: ignore[misc, name-defined]
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first, self.second = nn.Linear(2, 4), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        return x + self.second(torch.relu(self.first(x)))


def test_modules_that_are_exported() -> None:
    needs("onnx")
    model = Skip().train()
    network = pellucid.as_network(model)
    assert model.training and network.remarks
    x = torch.randn(50, 2)
    torch.testing.assert_close(network(x), model(x).detach(), rtol=1e-5, atol=1e-5)


def test_modules_that_cannot_be_read_say_why() -> None:
    with pytest.raises(pellucid.InvalidInput, match="Linear"):
        pellucid.as_network(nn.ReLU())
    with pytest.raises(pellucid.InvalidInput, match="(?i)tanh"):
        pellucid.as_network(nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)))


def test_a_model_taken_apart() -> None:
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.ReLU(), nn.Dropout(), nn.Linear(2, 1, bias=False)).eval()
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        model[3].weight.copy_(torch.tensor([[1.0, 1.0]]))
    found = pellucid.decompile(model)
    assert str(found.formula) == "abs(x1 - x2)" and found.exact
    assert pellucid.prove(model, "abs(x1 - x2)")


def test_trained_networks_are_those_of_torch() -> None:
    network = pellucid.train("abs(x1)", layers=(1, 2, 1), steps=100)[0].network
    assert network is not None
    x = np.linspace(-1, 1, 101, dtype=np.float32)[:, None]
    np.testing.assert_allclose(network.to_torch()(torch.from_numpy(x)).detach().numpy(), network(x), atol=1e-6)
