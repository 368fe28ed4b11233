"""Writes one trained network in all formats that it is passed around in.

    make.py torch NETWORK.npz FOLDER    # needs torch, onnx, onnxscript, safetensors
    make.py keras NETWORK.npz FOLDER    # needs keras 3 with tensorflow and tf2onnx

The .npz has PyTorch's names (0.weight, 0.bias, 2.weight, ...), float32, ReLU between layers.
"""

import sys
from pathlib import Path

import numpy


def torch_files(weights: dict, folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    layers = []
    for name in sorted(key.partition(".")[0] for key in weights if key.endswith("weight")):
        n_out, n_in = weights[f"{name}.weight"].shape
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    model.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
    torch.save(model.state_dict(), folder / "state-dict.pt")
    torch.save(model, folder / "module.pt")
    save_file(model.state_dict(), folder / "weights.safetensors")
    point = torch.zeros(1, model[0].in_features)
    torch.onnx.export(model, (point,), folder / "torch.onnx", dynamo=True, external_data=False, verbose=False)
    torch.onnx.export(model, (point,), folder / "torch-script.onnx", dynamo=False)
    forget_places(folder / "torch.onnx")
    numpy.savez(folder / "arrays.npz", **weights)


def forget_places(path: Path) -> None:
    """Leaves out the notes of the exporter on where in this machine's Python each node comes from."""
    import onnx

    model = onnx.load(path)
    for noted in [model, model.graph, *model.graph.node, *model.graph.value_info]:
        del noted.metadata_props[:]
    onnx.save(model, path)


def keras_file(weights: dict, folder: Path) -> None:
    import keras

    names = sorted(key.partition(".")[0] for key in weights if key.endswith("weight"))
    model = keras.Sequential([keras.Input((weights[f"{names[0]}.weight"].shape[1],))])
    for name in names:
        activation = None if name == names[-1] else "relu"
        model.add(keras.layers.Dense(weights[f"{name}.weight"].shape[0], activation=activation))
        # A kernel is (in, out).
        model.layers[-1].set_weights([weights[f"{name}.weight"].T, weights[f"{name}.bias"]])
    model(numpy.zeros((1, weights[f"{names[0]}.weight"].shape[1]), numpy.float32))
    model.export(str(folder / "keras.onnx"), format="onnx")


if __name__ == "__main__":
    kind, source, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    {"torch": torch_files, "keras": keras_file}[kind](dict(numpy.load(source)), folder)
