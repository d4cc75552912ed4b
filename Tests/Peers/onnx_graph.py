"""A builder of ONNX models.

Batch norms are nodes of their own, as an exporter would write them.
"""

import numpy as np
import onnx
from models import Model
from onnx import TensorProto, helper, numpy_helper
from parameters import BN_EPS, Parameters, has_norm

OPSET = 19
"""The first with DeformConv."""
_IR_VERSION = 9
"""The one that came with the opset."""
_TO_THE_END = np.iinfo(np.int64).max


class OnnxGraph:
    """Collects nodes; see ``topology.Builder`` for the operations."""

    def __init__(self, parameters: Parameters, deformable: bool):
        self.parameters = parameters
        self.deformable = deformable
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def _node(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def _constant(self, name: str, values) -> str:
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def _integers(self, *values: int) -> str:
        return self._constant(f"integers{values}", np.array(values, dtype=np.int64))

    def _parameter(self, name: str, outputs: int | None = None) -> str:
        """A layer's parameter, or the part of it that belongs to the first ``outputs`` channels."""
        return self._constant(name, self.parameters[name][:outputs])

    def _geometry(self, name: str, stride: int, dilation: int) -> dict:
        """A convolution's attributes."""
        kernel = self.parameters[f"{name}.weight"].shape[2]
        return {
            "kernel_shape": [kernel] * 2,
            "strides": [stride] * 2,
            "dilations": [dilation] * 2,
            "pads": [dilation * (kernel // 2)] * 4,
        }

    def _last(self, operator: str, inputs: list[str], name: str, relu: bool, **attributes) -> str:
        """The last node of a layer but for its ReLU; the layer's output has the layer's name."""
        if not relu:
            return self._node(operator, inputs, name, **attributes)
        return self._node(
            "Relu", [self._node(operator, inputs, f"{name}.linear", **attributes)], name
        )

    def _norm(self, name: str, source: str, relu: bool) -> str:
        keys = ("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
        inputs = [source, *(self._parameter(f"{name}.{key}") for key in keys)]
        return self._last("BatchNormalization", inputs, name, relu, epsilon=BN_EPS)

    def norm(self, name: str, source: str) -> str:
        return self._norm(name, source, relu=False)

    def conv(self, name, source, *, stride=1, dilation=1, relu=True, outputs=None) -> str:
        inputs = [source, self._parameter(f"{name}.weight", outputs)]
        if f"{name}.bias" in self.parameters:
            inputs.append(self._parameter(f"{name}.bias", outputs))
        geometry = self._geometry(name, stride, dilation)
        if has_norm(self.parameters, name):
            return self._norm(name, self._node("Conv", inputs, f"{name}.sum", **geometry), relu)
        return self._last("Conv", inputs, name, relu, **geometry)

    def deform(self, name, source, offset, *, dilation) -> str:
        if not self.deformable:
            return self.conv(name, source, dilation=dilation)
        inputs = [source, self._parameter(f"{name}.weight"), offset]
        geometry = self._geometry(name, 1, dilation)
        total = self._node("DeformConv", inputs, f"{name}.sum", **geometry)
        return self._norm(name, total, relu=True)

    def pool(self, name, source, *, kernel=2, stride=2) -> str:
        pads = [(kernel - 1) // 2] * 4
        attributes = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": pads}
        return self._node("MaxPool", [source], name, **attributes)

    def multiply(self, name, first, second, *, relu=False) -> str:
        return self._last("Mul", [first, second], name, relu)

    def concat(self, name, sources) -> str:
        return self._node("Concat", sources, name, axis=1)

    def _channels(self, name: str, source: str, first: int, step: int) -> str:
        """Every ``step``-th channel."""
        bounds = [self._integers(n) for n in (first, _TO_THE_END, 1, step)]
        return self._node("Slice", [source, *bounds], name)

    def box_offsets(self, name, source) -> str:
        return self.concat(
            name, [self._channels(f"{name}.{first}", source, first, 4) for first in (0, 1)]
        )

    def objectness_map(self, name, source) -> str:
        logits = self._channels(f"{name}.logits", source, 1, 2)
        axis = self._integers(1)
        strongest = self._node("ReduceMax", [logits, axis], f"{name}.strongest", keepdims=1)
        return self._node("Sigmoid", [strongest], name)

    def modulate(self, name, features, weights) -> str:
        return self._node(
            "Add", [self.multiply(f"{name}.product", features, weights), features], name
        )

    def rows(self, source, values) -> str:
        last = self._node("Transpose", [source], f"{source}.last", perm=[0, 2, 3, 1])
        return self._node("Reshape", [last, self._integers(1, -1, values)], f"{source}.permute")

    def join(self, name, sources) -> str:
        return self._node("Concat", sources, name, axis=1)

    def softmax(self, name, source) -> str:
        return self._node("Softmax", [source], name, axis=-1)


def build(model: Model, deformable: bool = True) -> bytes:
    """The serialized model; without ``deformable``, plain convolutions of the same shapes."""
    graph = OnnxGraph(model.parameters, deformable)
    model.define(graph)
    used = {name for node in graph.nodes for name in node.input}
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape)
        for name, value in model.inputs.items()
        if name in used
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in model.outputs
    ]
    weights = list(graph.initializers.values())
    proto = helper.make_graph(graph.nodes, model.name, inputs, outputs, weights)
    opset = helper.make_opsetid("", OPSET)
    made = helper.make_model(proto, opset_imports=[opset], ir_version=_IR_VERSION)
    return made.SerializeToString()
