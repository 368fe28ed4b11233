"""Arrays of whatever library in, the same kind out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import InvalidInput

Array = npt.NDArray[Any]


def is_torch(value: Any) -> bool:
    """Is it a tensor of PyTorch? Asked without importing PyTorch."""
    return any(cls.__module__ == "torch" and cls.__name__ == "Tensor" for cls in type(value).__mro__)


def to_numpy(value: Any) -> Array:
    """An array of NumPy, by ``__array__`` or DLPack, or from numbers in lists."""
    if is_torch(value):
        value = value.detach().cpu()
        return np.asarray(value.float() if str(value.dtype) == "torch.bfloat16" else value)
    if not hasattr(value, "__array__") and hasattr(value, "__dlpack__"):
        return np.from_dlpack(value)
    try:
        return np.asarray(value)
    except ValueError as error:
        raise InvalidInput(f"this is no array of numbers: {error}") from None


def as_rows(x: Any, n_inputs: int, otherwise: np.dtype[Any]) -> tuple[Array, Callable[[Array], Any]]:
    """Inputs of shape ``(..., n_inputs)`` as rows, and what gives outputs back in the shape and kind of the inputs.

    Floats keep their width (half precision is computed in float32); whole numbers become ``otherwise``.
    """
    array = to_numpy(x)
    if array.dtype.kind not in "fiub":
        raise InvalidInput(f"the inputs are {array.dtype}, which are no real numbers")
    if array.ndim == 0 or array.shape[-1] != n_inputs:
        n = "1 value" if n_inputs == 1 else f"{n_inputs} values"
        raise InvalidInput(f"the inputs have shape {array.shape}; the last axis must hold {n}: (..., {n_inputs})")
    dtype = array.dtype if array.dtype in (np.float32, np.float64) else np.dtype(np.float32 if array.dtype.kind == "f" else otherwise)
    rows = np.ascontiguousarray(array.reshape(-1, n_inputs), dtype=dtype)
    leading = array.shape[:-1]

    def give_back(outputs: Array) -> Any:
        shaped = outputs.reshape(*leading, outputs.shape[-1])
        if is_torch(x):
            import torch

            return torch.from_numpy(shaped).to(x.device)
        return shaped

    return rows, give_back
