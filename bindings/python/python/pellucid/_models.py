"""Whatever holds a network, as a network."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _native
from ._arrays import Array, to_numpy
from ._errors import InvalidInput
from ._network import Network

Read = tuple[_native.Network, tuple[str, ...]]

TAKEN = (
    "a Pellucid network, a path, a torch.nn.Module, a state dict, a list of (weights, biases) with weights of shape "
    "(out, in), or a scikit-learn MLPRegressor"
)


def as_network(model: Any, *, inputs: Sequence[str] | None = None) -> Network:
    """A network from what holds one.

    A Pellucid network, a path, a ``torch.nn.Module`` (a ``Sequential`` of ``Linear`` and ``ReLU``, or anything that
    PyTorch exports to ONNX), a state dict, a list of ``(weights, biases)`` with weights of shape (out, in), or a
    scikit-learn ``MLPRegressor``.
    """
    if isinstance(model, Network) and inputs is None:
        return model
    return Network(model, inputs=inputs)


def load(path: str | os.PathLike[str], *, inputs: Sequence[str] | None = None) -> Network:
    """Reads a network file, recognised by content: .json, .onnx, .safetensors, .pt, .npz, .nnet, also with .gz."""
    return Network(os.fspath(path), inputs=inputs)


def native_network(model: Any, inputs: Sequence[str] | None = None) -> Read:
    """The native network, and remarks on what had to be done to read it."""
    network, remarks = _read(model)
    return (network if inputs is None else network.with_inputs(list(inputs))), tuple(remarks)


def _read(model: Any) -> Read:
    if isinstance(model, Network):
        return model._native, model.remarks
    if isinstance(model, (str, os.PathLike)):
        path = os.fspath(model)
        if not os.path.exists(path):
            raise InvalidInput(f"there is no file {path}")
        network, remarks = _native.Network.read(path)
        return network, tuple(remarks)
    mro = [f"{cls.__module__}.{cls.__name__}" for cls in type(model).__mro__]
    if "torch.nn.modules.module.Module" in mro:
        return _of_module(model)
    if any(name.endswith(".MLPRegressor") and name.startswith("sklearn.") for name in mro):
        return _of_mlp(model)
    if isinstance(getattr(model, "network_", None), Network):
        return model.network_._native, model.network_.remarks
    if isinstance(model, Mapping):
        return _of_tensors(model)
    if isinstance(model, Sequence):
        return _of_layers(model), ()
    raise InvalidInput(f"a {type(model).__name__} holds no network that is known (give {TAKEN})")


def _floats(value: Any, what: str, wrong: list[str]) -> Array:
    array = to_numpy(value)
    if array.dtype.kind not in "fiu":
        wrong.append(f"{what} are {array.dtype}, which are no real numbers")
        return np.zeros(array.shape)
    if array.dtype in (np.float32, np.float64):
        return array
    if array.dtype.itemsize > 8:
        wrong.append(f"{what} are {array.dtype}; write float32 or float64")
    return array.astype(np.float32 if array.dtype == np.float16 else np.float64)


def _of_layers(model: Sequence[Any]) -> _native.Network:
    """From pairs of weights and biases, or weights and biases by turns; a bias may be ``None``."""
    layers: list[Any] = list(model)
    pairs = bool(layers) and all(isinstance(layer, (tuple, list)) and len(layer) == 2 for layer in layers)
    if not pairs:
        if len(layers) % 2 or not layers:
            raise InvalidInput(f"{len(layers)} arrays are no layers: give (weights, biases) for each")
        layers = list(zip(layers[::2], layers[1::2]))
    wrong: list[str] = []
    arrays: list[tuple[Array, Array]] = []
    for number, (given_weights, given_biases) in enumerate(layers, 1):
        weights = _floats(given_weights, f"layer {number}: the weights", wrong)
        if weights.ndim != 2:
            wrong.append(f"layer {number}: weights of shape {weights.shape}; they must be (out, in)")
            continue
        none = np.zeros(weights.shape[0], weights.dtype)
        biases = none if given_biases is None else _floats(given_biases, f"layer {number}: the biases", wrong)
        if biases.ndim != 1:
            wrong.append(f"layer {number}: biases of shape {biases.shape}; they must be (out,)")
            continue
        arrays.append((weights, biases))
    if wrong:
        raise InvalidInput("\n".join(wrong))
    if all(part.dtype == np.float32 for layer in arrays for part in layer):
        return _native.Network.from_float32([(weights, list(map(float, biases))) for weights, biases in arrays])
    return _native.Network.from_float64([(w.astype(np.float64), list(map(float, b))) for w, b in arrays])


def _of_tensors(model: Mapping[Any, Any]) -> Read:
    """From a state dict: its names are read as those of a file are."""
    wrong = [f"the key {key!r} is no name" for key in model if not isinstance(key, str)]
    arrays = {str(key): _floats(value, f"{key}: the values", wrong) for key, value in model.items()}
    if wrong:
        raise InvalidInput("\n".join(wrong))
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # the stub takes the names for keywords of its own
    network, remarks = _native.Network.read_bytes(buffer.getvalue(), "state dict")
    return network, tuple(remarks)


def _of_mlp(model: Any) -> Read:
    if not hasattr(model, "coefs_"):
        raise InvalidInput("the MLPRegressor is not fitted yet (call fit first)")
    wrong = []
    if model.activation != "relu" and len(model.coefs_) > 1:
        wrong.append(f"its activation is {model.activation!r}, not 'relu'")
    if model.out_activation_ != "identity":
        wrong.append(f"its output goes through {model.out_activation_!r}, not 'identity'")
    if wrong:
        raise InvalidInput("the MLPRegressor is no ReLU network: " + "; ".join(wrong))
    return _of_layers([(weights.T, biases) for weights, biases in zip(model.coefs_, model.intercepts_)]), ()


def _of_module(module: Any) -> Read:
    layers = _plain_layers(module)
    if layers is not None:
        return _of_layers(layers), ()
    return _exported(module)


# What changes nothing when a network is evaluated.
_IDLE = {"Identity", "Dropout", "AlphaDropout"}


def _plain_layers(module: Any) -> list[tuple[Any, Any]] | None:
    """The layers of a (nested) ``Sequential`` of ``Linear`` with ``ReLU`` between; ``None`` if it is anything else."""
    layers: list[tuple[Any, Any]] = []
    expects_relu = False
    for part in _parts(module):
        kind = type(part).__name__ if type(part).__module__.startswith("torch.nn.modules.") else ""
        if kind in _IDLE:
            continue
        if kind == "Linear" and not expects_relu:
            layers.append((part.weight, part.bias))
            expects_relu = True
        elif kind == "ReLU" and expects_relu:
            expects_relu = False
        else:
            return None
    return layers if layers and expects_relu else None


def _parts(module: Any) -> list[Any]:
    if type(module).__name__ == "Sequential" and type(module).__module__.startswith("torch.nn.modules."):
        return [part for child in module for part in _parts(child)]
    return [module]


def _exported(module: Any) -> Read:
    """By way of ONNX, for one sample."""
    import warnings

    import torch

    first = next((part for part in module.modules() if isinstance(part, torch.nn.Linear)), None)
    if first is None:
        raise InvalidInput(f"{type(module).__name__} has no Linear layer, so its number of inputs is not known")
    example = torch.zeros(1, first.in_features, dtype=first.weight.dtype, device=first.weight.device)
    was_training = module.training
    try:
        module.eval()
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = os.path.join(folder, "module.onnx")
            torch.onnx.export(module, (example,), path, dynamo=False)
            with open(path, "rb") as file:
                data = file.read()
    except Exception as error:
        raise InvalidInput(f"PyTorch cannot export this {type(module).__name__} to ONNX: {error}") from error
    finally:
        module.train(was_training)
    network, remarks = _native.Network.read_bytes(data, type(module).__name__)
    return network, tuple(remarks)


