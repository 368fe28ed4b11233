"""Makes the fixtures that PyTorch writes, and what its networks give at a few points, in float64.

    python3 make_fixtures.py        # with torch and onnx; writes into fixtures/

The networks of `random-2-4-3-1.pt` and `random-2-4-3-1-module.pt` are saved again in other ways.
"""

import copy
import json
import os
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

warnings.filterwarnings("ignore")
torch.manual_seed(5)
FOLDER = Path(__file__).parent / "fixtures"
expected = {}


def save(what, name, **options):
    torch.save(what, FOLDER / name, **options)


def export(name, model, n, outputs=("y",)):
    """The model as ONNX, and its outputs at six points of eighths."""
    model = copy.deepcopy(model).eval()
    axes = {"x": {0: "batch"}}
    torch.onnx.export(
        model, torch.zeros(1, n), FOLDER / f"{name}.onnx", dynamo=False,
        input_names=["x"], output_names=list(outputs), dynamic_axes=axes,
    )
    x = torch.randint(-16, 17, (6, n), generator=torch.Generator().manual_seed(1)).double() / 8
    with torch.no_grad():
        y = model.double()(x)
    if isinstance(y, tuple):
        y = torch.cat([part.reshape(6, -1) for part in y], 1)
    expected[name] = {"inputs": x.tolist(), "outputs": y.reshape(6, -1).tolist()}


nested = nn.Sequential(
    nn.Flatten(),
    nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.LeakyReLU(0.1)),
    nn.Dropout(0.3),
    nn.Linear(4, 3, bias=False),
    nn.PReLU(3),
    nn.Sequential(nn.Identity(), nn.Sequential(nn.Linear(3, 3), nn.ReLU6())),
    nn.Linear(3, 2),
    nn.Hardtanh(-0.5, 2.0),
)
with torch.no_grad():
    nested[1][1].running_mean.copy_(torch.tensor([0.1, -0.2, 0.3, 0.0]))
    nested[1][1].running_var.copy_(torch.tensor([0.5, 2.0, 1.0, 0.25]))
    nested[1][1].weight.copy_(torch.tensor([1.0, -0.5, 2.0, 0.7]))
    nested[1][1].bias.copy_(torch.tensor([0.1, 0.2, -0.3, 0.0]))
    nested[4].weight.copy_(torch.tensor([0.25, -0.5, 0.1]))
nested.eval()
save(nested, "nested-module.pt")
save(nested.state_dict(), "nested-state-dict.pt")
export("nested-module", nested, 3)

plain = torch.load(FOLDER / "random-2-4-3-1.pt")
module = torch.load(FOLDER / "random-2-4-3-1-module.pt", weights_only=False)
# Saving a module in the old format would put PyTorch's source into the file.
save(plain, "random-2-4-3-1-before-1.6.pt", _use_new_zipfile_serialization=False)
optimizer = torch.optim.Adam(copy.deepcopy(module).parameters())
checkpoint = {
    "epoch": 3, "loss": 0.25, "name": "run", "best": None, "done": True, "history": [1.0, 0.5],
    "model_state_dict": {"module.net." + key: value for key, value in plain.items()},
    "optimizer_state_dict": optimizer.state_dict(),
}
save(checkpoint, "random-2-4-3-1-checkpoint.pt")
save({"model": module, "epoch": 1}, "random-2-4-3-1-module-in-checkpoint.pt")

# Weights that are transposed, strided or later parts of other tensors.
sparse = torch.zeros(8, 9)
sparse[1:7:2, 1:9:2] = plain["2.weight"]
late = torch.cat([torch.zeros(3), plain["4.weight"].flatten()])
views = dict(plain)
views["0.weight"] = plain["0.weight"].t().contiguous().t()
views["2.weight"] = sparse[1:7:2, 1:9:2]
views["4.weight"] = late[3:].reshape(1, 3)
assert all(torch.equal(views[key], plain[key]) for key in plain)
save({**views, "epochs": 7}, "random-2-4-3-1-views.pt")
for kind in ["float16", "bfloat16", "float64"]:
    cast = {key: value.to(getattr(torch, kind)) for key, value in plain.items()}
    save(cast, f"random-2-4-3-1-{kind}.pt")
    expected[f"random-2-4-3-1-{kind}"] = {key: value.double().flatten().tolist() for key, value in cast.items()}


class OwnClass(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 1)


class Calls:
    def __reduce__(self):
        return (os.system, ("echo called",))


save(OwnClass(), "own-class.pt")
save({"0.weight": torch.zeros(1, 1), "x": Calls()}, "calls-system.pt")


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 5), nn.Linear(5, 3), nn.Linear(6, 2)

    def forward(self, x):
        h = x + self.b(torch.relu(self.a(x)))
        return self.c(torch.cat([torch.relu(h), x.abs()], 1))


class ManyOutputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)

    def forward(self, x):
        h = self.a(x)
        p, q = h.split(2, 1)
        m, n = torch.maximum(p, q), torch.minimum(p, -q.clamp(-0.5, 0.75))
        spread = (n.mean(1, keepdim=True) - m.max(1, keepdim=True).values) / 3
        return functional.leaky_relu(m, 0.2), spread, h.view(h.size(0), -1, 2).transpose(1, 2).flatten(1)


class Convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.normal = nn.Conv2d(1, 2, 3, padding=1, stride=2), nn.BatchNorm2d(2)
        self.second, self.pool = nn.Conv2d(2, 2, 2, groups=2), nn.MaxPool2d(2, 1)
        self.last = nn.Linear(2, 2)

    def forward(self, x):
        x = torch.relu(self.normal(self.first(x.view(-1, 1, 6, 6))))
        x = functional.avg_pool2d(self.pool(self.second(x)), 1)
        return self.last(torch.flatten(x, 1))


class Clamps(nn.Module):
    def forward(self, x):
        return x.clamp(min=0) + x.clamp(max=1) - functional.hardtanh(x) - functional.relu6(x * 2)


export("skip", Skip(), 3)
export("many-outputs", ManyOutputs(), 4, ["a", "b", "c"])
export("convolution", Convolution(), 36)
export("clamps", Clamps(), 2)


def operators():
    """A graph of most operators that is no sensible network, and what it gives."""
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from onnx.reference import ReferenceEvaluator

    def constant(name, values, dtype=numpy.float32):
        initialisers.append(numpy_helper.from_array(numpy.array(values, dtype=dtype), name))
        return name

    def node(operator, inputs, output, **attributes):
        nodes.append(helper.make_node(operator, inputs, [output] if isinstance(output, str) else output, **attributes))

    initialisers, nodes = [], []
    node("Sub", ["x", constant("mean", [0.5, -0.25, 1, 0])], "centred")
    node("Div", ["centred", constant("range", [2, 4, 1, 0.5])], "scaled")
    node("Pad", ["scaled", constant("pads", [0, 1, 0, 2], numpy.int64), constant("filling", 0.5)], "padded")
    node("Slice", ["padded", *[constant(n, [v], numpy.int64) for n, v in [("s", -1), ("e", 0), ("a", 1), ("t", -2)]]], "sliced")
    node("Gather", ["padded", constant("places", [[0, 3], [-2, 1]], numpy.int64)], "gathered", axis=1)
    node("Transpose", ["gathered"], "turned", perm=[0, 2, 1])
    node("Shape", ["turned"], "sizes")
    node("ConstantOfShape", ["sizes"], "ones", value=helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0]))
    node("Max", ["turned", "ones"], "at_least_one")
    node("ReduceMin", ["at_least_one"], "smallest", axes=[2], keepdims=0)
    node("Unsqueeze", ["smallest", constant("axis", [0], numpy.int64)], "deeper")
    node("Squeeze", ["deeper", "axis"], "again")
    node("Expand", ["again", constant("two", [2, 2], numpy.int64)], "twice")
    node("ReduceSum", ["twice", constant("both", [0, 1], numpy.int64)], "total", keepdims=1)
    node("Reshape", ["twice", constant("flat", [1, -1], numpy.int64)], "row")
    node("PRelu", ["row", constant("slope", [0.25, -1, 2, 0])], "bent")
    node("HardSigmoid", ["bent"], "step", alpha=0.5, beta=0.25)
    node("Shrink", ["bent"], "shrunk", lambd=0.25, bias=0.25)
    node("Mean", ["step", "shrunk", "total"], "mean")
    node("Split", ["mean"], ["left", "right"], axis=1)
    node("Min", ["left", "right"], "least")
    node("Clip", ["least", constant("low", -1), constant("high", numpy.float32("inf"))], "clipped")
    node("Concat", ["clipped", "sliced", "total"], "joined", axis=-1)
    node("Cast", ["joined"], "y", to=TensorProto.DOUBLE)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 4])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)]
    graph = helper.make_graph(nodes, "operators", inputs, outputs, initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.save(model, FOLDER / "operators.onnx")
    x = (numpy.random.default_rng(1).integers(-16, 17, (6, 1, 4)) / 8).astype(numpy.float32)
    y = [ReferenceEvaluator(model).run(None, {"x": sample})[0].ravel().tolist() for sample in x]
    expected["operators"] = {"inputs": x.reshape(6, 4).tolist(), "outputs": y}


operators()
(FOLDER / "expected.json").write_text(json.dumps(expected) + "\n")
