"""Networks: exact weights, fast evaluation, pictures, and ways out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from . import _native as native_half
from ._arrays import Array, as_rows
from ._errors import InvalidInput
from ._function import Function
from ._notebook import svg_bundle
from ._numbers import domain_text, fractions, holds_fractions, number_text


class Network:
    """A network of affine layers with ReLU after every layer but the last.

    Its weights are exact: a float is the rational that it is. Made by :func:`compile`, :func:`train` or
    :func:`load`, or from whatever :func:`as_network` takes:

    >>> import numpy as np
    >>> from pellucid import Network
    >>> net = Network([(np.array([[1.0, -1.0]]), np.array([0.0])), (np.array([[2.0]]), np.array([0.5]))])
    >>> net.shape
    (2, 1, 1)
    >>> net(np.array([[3.0, 1.0], [0.0, 5.0]]))
    array([[4.5],
           [0.5]])
    """

    __slots__ = ("_native", "remarks")

    _native: native_half.Network
    remarks: tuple[str, ...]
    """What had to be done to read it as a plain stack of layers; empty for one that is."""

    def __init__(self, model: Any, *, inputs: Sequence[str] | None = None) -> None:
        from ._models import native_network

        self._native, self.remarks = native_network(model, inputs)

    @classmethod
    def _of(cls, native: native_half.Network, remarks: Sequence[str] = ()) -> Network:
        network = cls.__new__(cls)
        network._native, network.remarks = native, tuple(remarks)
        return network

    @property
    def shape(self) -> tuple[int, ...]:
        """All widths, inputs and outputs included: ``(2, 3, 1)``."""
        return tuple(self._native.shape())

    @property
    def widths(self) -> tuple[int, ...]:
        """The hidden layers' widths."""
        return self.shape[1:-1]

    @property
    def hidden_neurons(self) -> int:
        """The number of hidden neurons: the size that is minimised."""
        return sum(self.widths)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs' names."""
        return tuple(self._native.inputs())

    @property
    def neurons(self) -> tuple[str, ...]:
        """The hidden neurons' names: ``h1.1`` is the first of the first layer."""
        return tuple(f"h{layer + 1}.{i + 1}" for layer, width in enumerate(self.widths) for i in range(width))

    @property
    def dtype(self) -> str:
        """What its numbers were given in: ``exact``, ``float32`` or ``float64``."""
        return self._native.numbers()

    @property
    def function(self) -> Function | None:
        """What it was compiled or trained for, where that is known."""
        text = self._native.function()
        return None if text is None else Function(text, self.inputs)

    @property
    def domain(self) -> str | None:
        """Where it is meant to compute it, where that is known."""
        return self._native.domain()

    def _arrays(self) -> list[tuple[Array, Array]]:
        layers = self._native.arrays32() if self.dtype == "float32" else self._native.arrays64()
        return [(weights, biases[:, 0]) for weights, biases in layers]

    @property
    def weights(self) -> list[Array]:
        """The layers' weights, shape (out, in) each, in the network's floats (float64 for exact numbers)."""
        return [weights for weights, _ in self._arrays()]

    @property
    def biases(self) -> list[Array]:
        """The layers' biases, shape (out,) each."""
        return [biases for _, biases in self._arrays()]

    @property
    def exact_weights(self) -> list[list[list[Fraction]]]:
        """The layers' weights, (out, in), exactly."""
        return [[fractions(row) for row in weights] for weights, _ in self._native.texts()]

    @property
    def exact_biases(self) -> list[list[Fraction]]:
        """The layers' biases, exactly."""
        return [fractions(biases) for _, biases in self._native.texts()]

    def __call__(self, x: Any) -> Any:
        """The outputs: shape ``(..., n_outputs)`` for inputs of shape ``(..., n_inputs)``.

        Arrays of NumPy, tensors (which give tensors), whatever has ``__array__`` or ``__dlpack__``, and lists.
        Float32 is computed in float32, float64 in float64; with ``Fraction`` among the inputs it is exact:

        >>> from fractions import Fraction
        >>> import pellucid
        >>> pellucid.compile("min(x1, x2)").network([Fraction(1, 3), 1])
        [Fraction(1, 3)]
        """
        if holds_fractions(x):
            from ._function import _exactly

            return _exactly(x, lambda texts: self._native.trace_exactly(texts)[-1])
        rows, give_back = as_rows(x, self.shape[0], np.dtype(np.float64))
        outputs = self._native.evaluate32(rows) if rows.dtype == np.float32 else self._native.evaluate64(rows)
        return give_back(outputs)

    def run_with_cache(self, x: Any) -> tuple[Any, Activations]:
        """The outputs, and every activation by name: of a neuron (``cache["h1.2"]``, shape ``(...)``) or a layer
        (``cache["h1"]``, shape ``(..., width)``); with ``pre.`` before the name it is before the ReLU.

        >>> import pellucid
        >>> out, cache = pellucid.compile("abs(x1)").network.run_with_cache([[-2.0], [3.0]])
        >>> out[:, 0]
        array([2., 3.])
        >>> sorted(cache)
        ['h1', 'h1.1', 'h1.2', 'pre.h1', 'pre.h1.1', 'pre.h1.2']
        """
        rows, give_back = as_rows(x, self.shape[0], np.dtype(np.float64))
        layers = self._native.trace32(rows) if rows.dtype == np.float32 else self._native.trace64(rows)
        return give_back(layers[-1]), Activations([give_back(layer) for layer in layers[:-1]])

    def with_inputs(self, names: Sequence[str]) -> Network:
        """The same network with other names for its inputs."""
        return Network._of(self._native.with_inputs(list(names)))

    def save(self, path: str | os.PathLike[str], *, round: bool = False) -> None:
        """Writes a file, by its ending: .json (exact), .onnx, .safetensors, .npz or .nnet, all also with .gz.

        ``round`` allows numbers that the format cannot hold to be rounded; otherwise they are refused.
        """
        self._native.write(os.fspath(path), round)

    def to_onnx(self, path: str | os.PathLike[str] | None = None, *, round: bool = False) -> bytes:
        """The network as an ONNX model, also written to ``path`` if one is given."""
        data = self._native.to_bytes("onnx", round)
        if path is not None:
            with open(path, "wb") as file:
                file.write(data)
        return data

    def _float_arrays(self) -> list[tuple[Array, Array]]:
        """Arrays as PyTorch should hold them: float32 where that is exact, else float64."""
        layers = self._arrays()
        if self.dtype == "exact":
            narrow = [(w.astype(np.float32), b.astype(np.float32)) for w, b in layers]
            if all((n == w).all() for pair, wide in zip(narrow, layers) for n, w in zip(pair, wide)):
                return narrow
        return layers

    def to_torch(self) -> Any:
        """An ``nn.Sequential`` of ``Linear`` and ``ReLU``, with bit for bit the floats that the network was given in.

        Exact numbers become float32 where that holds them, else float64. Layers have no biases where all are 0.
        Needs ``pellucid[torch]``.
        """
        torch = _import("torch", "torch")
        layers = self._float_arrays()
        with_bias = any(biases.any() for _, biases in layers)
        modules: list[Any] = []
        for weights, biases in layers:
            n_out, n_in = weights.shape
            tensor = torch.from_numpy(weights.copy())
            # No random numbers are drawn for weights that are known.
            linear = torch.nn.utils.skip_init(torch.nn.Linear, n_in, n_out, bias=with_bias, dtype=tensor.dtype)
            with torch.no_grad():
                linear.weight.copy_(tensor)
                if with_bias:
                    linear.bias.copy_(torch.from_numpy(biases.copy()))
            modules += [linear, torch.nn.ReLU()]
        return torch.nn.Sequential(*modules[:-1])

    def state_dict(self) -> dict[str, Any]:
        """The tensors of :meth:`to_torch`, by name: ``0.weight``, ``0.bias``, ``2.weight``, ..."""
        return dict(self.to_torch().state_dict())

    def draw(self, *, at: Sequence[Any] | None = None, on: Any = None, theme: str = "auto") -> Picture:
        """The picture; ``at`` fills it with the numbers of an example."""
        example = None if at is None else [number_text(value) for value in at]
        native = None if self.function is None else self.function._native
        domain = domain_text(on, self.inputs) or self.domain
        svg = self._native.svg(native, domain, example, theme)
        return Picture(svg, self._native.text(native, domain, example))

    def cells(self, *, on: Any = None, where: str | Sequence[str] = (), timeout: float | None = None, max_cells: int | None = None) -> Cells:
        """The linear cells: signs, affine map, corners, neighbours and volume of each."""
        conditions = [where] if isinstance(where, str) else list(where)
        cells, counts = self._native.cells(domain_text(on, self.inputs), conditions, timeout, max_cells)
        return Cells(cells, counts)

    def __eq__(self, other: object) -> bool:
        """Have they the same numbers? Whether they compute the same is for :func:`prove`."""
        if not isinstance(other, Network):
            return NotImplemented
        return self.inputs == other.inputs and self._native.texts() == other._native.texts()

    def __hash__(self) -> int:
        return hash((self.inputs, self.shape))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_unpickled, (self._native.to_bytes("json", False), self.remarks))

    def __copy__(self) -> Network:
        return self

    def __deepcopy__(self, memo: Any) -> Network:
        # It never changes.
        return self

    def __str__(self) -> str:
        return self._native.text(None if self.function is None else self.function._native, self.domain)

    def __repr__(self) -> str:
        about = "" if self.function is None else f" for {self.function}"
        return f"<Network {'-'.join(map(str, self.shape))}, {self.dtype}{about}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return svg_bundle(self.draw().svg, str(self))


class Picture:
    """A drawing: SVG in a notebook, characters elsewhere."""

    def __init__(self, svg: str, text: str) -> None:
        self.svg, self.text = svg, text

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the SVG."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return svg_bundle(self.svg, self.text)


class Activations(Mapping[str, Any]):
    """Activations by the names of neurons and layers."""

    def __init__(self, pre_activations: list[Any]) -> None:
        self._layers: dict[str, Any] = {}
        self._neurons: dict[str, tuple[str, int]] = {}
        for number, pre in enumerate(pre_activations, 1):
            after = pre.clip(min=0) if hasattr(pre, "clip") else np.maximum(pre, 0)
            self._layers[f"h{number}"], self._layers[f"pre.h{number}"] = after, pre
            for i in range(pre.shape[-1]):
                self._neurons[f"h{number}.{i + 1}"] = (f"h{number}", i)
                self._neurons[f"pre.h{number}.{i + 1}"] = (f"pre.h{number}", i)

    def __getitem__(self, name: str) -> Any:
        if name in self._layers:
            return self._layers[name]
        if name not in self._neurons:
            raise KeyError(f"{name} (there are {', '.join(list(self._neurons)[:4])}, ...)")
        layer, index = self._neurons[name]
        return self._layers[layer][..., index]

    def __iter__(self) -> Iterator[str]:
        yield from self._layers
        yield from self._neurons

    def __len__(self) -> int:
        return len(self._layers) + len(self._neurons)


class Cells(Sequence[Any]):
    """Linear cells, each a dictionary as the command writes it, and their counts."""

    def __init__(self, texts: list[str], counts: tuple[int, int | None, int]) -> None:
        self._texts = texts
        self.n_cells, self.n_regions, self.n_maps = counts

    def __getitem__(self, index: Any) -> Any:
        import json

        if isinstance(index, slice):
            return [json.loads(text) for text in self._texts[index]]
        return json.loads(self._texts[index])

    def __len__(self) -> int:
        return len(self._texts)

    def __repr__(self) -> str:
        regions = "unknown" if self.n_regions is None else str(self.n_regions)
        return f"<{self.n_cells} linear cells, {regions} regions, {self.n_maps} affine maps>"


def _unpickled(data: bytes, remarks: tuple[str, ...]) -> Network:
    return Network._of(native_half.Network.read_bytes(data, "network.json")[0], remarks)


def _import(module: str, extra: str) -> Any:
    import importlib

    from ._errors import Missing

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Missing(f"{module} is needed for this: pip install 'pellucid[{extra}]' ({error})") from error
