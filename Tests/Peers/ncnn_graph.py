"""A builder of ncnn models: the text of a .param file and the bytes of a .bin file.

Norms after convolutions and ReLUs are folded into them, as ncnn's own converters do.
The numbered parameters are those of https://github.com/Tencent/ncnn/wiki/operators.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from models import Model
from parameters import BN_EPS, Parameters, folded, has_norm

_MAGIC = 7767517
_PLAIN_FLOAT32 = b"\0\0\0\0"
"""Stands before weights that may also be stored in other types."""
_RELU = {9: 1}
_ADD, _MULTIPLY, _MAXIMUM = 0, 2, 4


@dataclass
class _Node:
    """A line of the .param file, and its part of the .bin file."""

    operator: str
    name: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[int, int | float | str] = field(default_factory=dict)
    data: bytes = b""

    def line(self) -> str:
        attributes = [f"{key}={value}" for key, value in self.attributes.items()]
        counts = [str(len(self.inputs)), str(len(self.outputs))]
        words = [self.operator, self.name, *counts, *self.inputs, *self.outputs, *attributes]
        return " ".join(words)


class NcnnGraph:
    """Collects nodes; see ``topology.Builder`` for the operations.  N is 1 and has no axis."""

    def __init__(self, parameters: Parameters, inputs: tuple[str, ...], deformable: bool):
        self.parameters = parameters
        self.deformable = deformable
        self.nodes = [_Node("Input", name, [], [name]) for name in inputs]

    def _node(self, operator: str, inputs: list[str], name: str, attributes, data=b"") -> str:
        self.nodes.append(_Node(operator, name, inputs, [name], attributes, data))
        return name

    def _convolution(self, operator, name, inputs, stride, dilation, relu, outputs=None) -> str:
        weight, bias = folded(self.parameters, name, outputs)
        kernel = weight.shape[2]
        has_bias = f"{name}.bias" in self.parameters or has_norm(self.parameters, name)
        attributes = {
            0: len(weight),
            1: kernel,
            2: dilation,
            3: stride,
            4: dilation * (kernel // 2),
            5: int(has_bias),
            6: weight.size,
        }
        data = _PLAIN_FLOAT32 + weight.tobytes() + (bias.tobytes() if has_bias else b"")
        return self._node(operator, inputs, name, attributes | (_RELU if relu else {}), data)

    def conv(self, name, source, *, stride=1, dilation=1, relu=True, outputs=None) -> str:
        return self._convolution("Convolution", name, [source], stride, dilation, relu, outputs)

    def deform(self, name, source, offset, *, dilation) -> str:
        if not self.deformable:
            return self.conv(name, source, dilation=dilation)
        return self._convolution("DeformableConv2D", name, [source, offset], 1, dilation, True)

    def norm(self, name, source) -> str:
        keys = ("bn.weight", "bn.running_mean", "bn.running_var", "bn.bias")
        values = [self.parameters[f"{name}.{key}"] for key in keys]
        data = b"".join(value.astype(np.float32).tobytes() for value in values)
        return self._node("BatchNorm", [source], name, {0: len(values[0]), 1: BN_EPS}, data)

    def pool(self, name, source, *, kernel=2, stride=2) -> str:
        attributes = {0: 0, 1: kernel, 2: stride, 3: (kernel - 1) // 2, 5: 1}
        return self._node("Pooling", [source], name, attributes)

    def _binary(self, name: str, first: str, second: str, operation: int) -> str:
        return self._node("BinaryOp", [first, second], name, {0: operation})

    def multiply(self, name, first, second, *, relu=False) -> str:
        if not relu:
            return self._binary(name, first, second, _MULTIPLY)
        product = self._binary(f"{name}.product", first, second, _MULTIPLY)
        return self._node("ReLU", [product], name, {})

    def concat(self, name, sources) -> str:
        return self._node("Concat", sources, name, {0: 0})

    def _channels(self, name: str, source: str) -> list[str]:
        """Every channel on its own: ncnn has no slices with steps."""
        count = len(self.parameters[f"{source}.weight"])
        outputs = [f"{name}.{index}" for index in range(count)]
        sizes = ",".join(["1"] * count)
        attributes = {-23300: f"{count},{sizes}", 1: 0}
        self.nodes.append(_Node("Slice", f"{name}.slice", [source], outputs, attributes))
        return outputs

    def box_offsets(self, name, source) -> str:
        channels = self._channels(name, source)
        return self.concat(name, channels[0::4] + channels[1::4])

    def objectness_map(self, name, source) -> str:
        strongest, *others = self._channels(name, source)[1::2]
        for index, other in enumerate(others):
            strongest = self._binary(f"{name}.strongest{index}", strongest, other, _MAXIMUM)
        return self._node("Sigmoid", [strongest], name, {})

    def modulate(self, name, features, weights) -> str:
        product = self._binary(f"{name}.product", features, weights, _MULTIPLY)
        return self._binary(name, product, features, _ADD)

    def rows(self, source, values) -> str:
        last = self._node("Permute", [source], f"{source}.last", {0: 3})
        return self._node("Reshape", [last], f"{source}.permute", {0: values, 1: -1})

    def join(self, name, sources) -> str:
        return self._node("Concat", sources, name, {0: 0})

    def softmax(self, name, source) -> str:
        return self._node("Softmax", [source], name, {0: 1, 1: 1})


def _with_splits(nodes: list[_Node], outputs: tuple[str, ...]) -> tuple[list[_Node], dict]:
    """Adds a Split after every tensor that is read several times: ncnn's tensors have one reader.

    Returns the nodes, and the name under which each output is now found.
    """
    readers = Counter(name for node in nodes for name in node.inputs) + Counter(outputs)
    copies = {name: iter(range(count)) for name, count in readers.items() if count > 1}

    def copy(name: str) -> str:
        return f"{name}.copy{next(copies[name])}" if name in copies else name

    result = []
    for node in nodes:
        node.inputs = [copy(name) for name in node.inputs]
        result.append(node)
        for name in node.outputs:
            if name in copies:
                names = [f"{name}.copy{index}" for index in range(readers[name])]
                result.append(_Node("Split", f"{name}.split", [name], names))
    return result, {name: copy(name) for name in outputs}


def build(model: Model, deformable: bool = True) -> tuple[str, bytes, dict[str, str]]:
    """The .param text, the .bin bytes, and the name of each output in them.

    Without ``deformable``, plain convolutions of the same shapes.
    """
    graph = NcnnGraph(model.parameters, tuple(model.inputs), deformable)
    model.define(graph)
    nodes, outputs = _with_splits(graph.nodes, model.outputs)
    blobs = sum(len(node.outputs) for node in nodes)
    head = [str(_MAGIC), f"{len(nodes)} {blobs}"]
    text = "\n".join(head + [node.line() for node in nodes]) + "\n"
    return text, b"".join(node.data for node in nodes), outputs
