"""EFGRNet with a VGG16 backbone as an ONNX model, from the image to the heads.

Written from the description of the network and not from this repository's
catalogue.  Left out is what follows the heads: priors, decoding and NMS.
Channels and kernel sizes follow from the parameters' shapes; every padding
keeps the size of a map, but for its stride.
"""

import re

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 19
"""The first with DeformConv."""
_IR_VERSION = 9
"""The one that came with the opset."""

IMAGE = "image"
HEADS = ("objectness.loc", "objectness.conf", "head.loc", "head.conf")
OUTPUTS = (*HEADS, "objectness.scores", "scores")
"""All [1,priors,values]; the scores are the softmax of the two ``conf``."""

_ANCHORS = 3
_BN_EPS = 1e-5
_DEFORM_DILATIONS = {1: 5, 2: 4, 3: 3, 4: 2}
_CLASSES = {"coco": 81, "voc": 21}
_TO_THE_END = np.iinfo(np.int64).max

Parameters = dict[str, np.ndarray]
"""``<layer>.weight``, ``<layer>.bias``, ``<layer>.bn.weight``, …, float32."""


class _Graph:
    """Collects nodes; every method returns the name of the tensor it makes."""

    def __init__(self, parameters: Parameters, deformable: bool):
        self.parameters = parameters
        self.deformable = deformable
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def node(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def constant(self, name: str, values) -> str:
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def integers(self, *values: int) -> str:
        return self.constant(f"integers{values}", np.array(values, dtype=np.int64))

    def parameter(self, name: str, outputs: int | None = None) -> str:
        """A layer's parameter, or the part of it that belongs to the first ``outputs`` channels."""
        return self.constant(name, self.parameters[name][:outputs])

    def _geometry(self, name: str, stride: int, dilation: int) -> dict:
        """A convolution's attributes."""
        kernel = self.parameters[f"{name}.weight"].shape[2]
        return {
            "kernel_shape": [kernel] * 2,
            "strides": [stride] * 2,
            "dilations": [dilation] * 2,
            "pads": [dilation * (kernel // 2)] * 4,
        }

    def _relu(self, name: str, source: str, relu: bool) -> str:
        return self.node("Relu", [source], f"{name}.relu") if relu else source

    def norm(self, name: str, source: str) -> str:
        names = ("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
        inputs = [source, *(self.parameter(f"{name}.{key}") for key in names)]
        return self.node("BatchNormalization", inputs, f"{name}.bn", epsilon=_BN_EPS)

    def conv(self, name, source, stride=1, dilation=1, relu=True, outputs=None) -> str:
        """A convolution with what follows it: bias or norm, whichever has parameters, and ReLU."""
        inputs = [source, self.parameter(f"{name}.weight", outputs)]
        if f"{name}.bias" in self.parameters:
            inputs.append(self.parameter(f"{name}.bias", outputs))
        result = self.node("Conv", inputs, name, **self._geometry(name, stride, dilation))
        if f"{name}.bn.weight" in self.parameters:
            result = self.norm(name, result)
        return self._relu(name, result, relu)

    def deform(self, name: str, source: str, offset: str, dilation: int) -> str:
        """A deformable convolution, or the plain one of the same shape; norm, ReLU."""
        if not self.deformable:
            return self.conv(name, source, dilation=dilation)
        inputs = [source, self.parameter(f"{name}.weight"), offset]
        result = self.node("DeformConv", inputs, name, **self._geometry(name, 1, dilation))
        return self._relu(name, self.norm(name, result), True)

    def pool(self, name: str, source: str, kernel: int = 2, stride: int = 2) -> str:
        """Max pooling; the maps have even sides, so that rounding them up changes nothing."""
        pads = [(kernel - 1) // 2] * 4
        attributes = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": pads}
        return self.node("MaxPool", [source], name, **attributes)

    def multiply(self, name: str, first: str, second: str, relu: bool = False) -> str:
        return self._relu(name, self.node("Mul", [first, second], name), relu)

    def concat(self, name: str, sources: list[str]) -> str:
        return self.node("Concat", sources, name, axis=1)

    def channels(self, name: str, source: str, first: int, step: int) -> str:
        """Every ``step``-th channel."""
        bounds = [self.integers(n) for n in (first, _TO_THE_END, 1, step)]
        return self.node("Slice", [source, *bounds], name)

    def permute(self, source: str, values: int) -> str:
        """A head as [1,H·W·A,values]."""
        rows = self.node("Transpose", [source], f"{source}.rows", perm=[0, 2, 3, 1])
        shape = self.integers(1, -1, values)
        return self.node("Reshape", [rows, shape], f"{source}.permute")


def _backbone(g: _Graph) -> list[str]:
    """VGG16 and the extra layers; returns the four prediction sources."""
    sources = []
    last = IMAGE
    for block, depth in enumerate((2, 2, 3, 3, 3), 1):
        for index in range(1, depth + 1):
            last = g.conv(f"conv{block}_{index}", last)
        if block == 4:
            sources.append(last)
        last = g.pool(f"pool{block}", last) if block < 5 else g.pool("pool5", last, 3, 1)
    sources.append(g.conv("fc7", g.conv("fc6", last, dilation=6)))
    for block in (8, 9):
        sources.append(g.conv(f"conv{block}_2", g.conv(f"conv{block}_1", sources[-1]), stride=2))
    return sources


def _multi_scale_features(g: _Graph) -> str:
    """MSCF, from the image."""
    last = IMAGE
    for index in (1, 2, 3):
        last = g.pool(f"mscf.pool{index}", last)
    last = g.conv("mscf.proj2", g.conv("mscf.proj1", last))
    branches = []
    for index, dilation in enumerate((1, 2, 4), 1):
        branch = f"mscf.branch{index}"
        reduced = g.conv(f"{branch}.reduce", last)
        branches.append(g.conv(f"{branch}.context", reduced, dilation=dilation))
    return g.conv("mscf.aggregate", g.concat("mscf.concat", branches), relu=False)


def _enriched(g: _Graph) -> list[str]:
    """The four feature maps that the heads look at."""
    sources = _backbone(g)
    sources[:2] = [g.norm("norm1", sources[0]), g.norm("norm2", sources[1])]
    context = _multi_scale_features(g)
    features = []
    for level, source in enumerate(sources, 1):
        product = g.multiply(f"product{level}", source, context, relu=level <= 2)
        features.append(g.conv(f"enrich{level}", product))
        if level < 4:
            context = g.conv(f"down{level}", features[-1], stride=2, relu=False)
    return features


def _refine(g: _Graph, level: int, features: str, classes: int) -> dict[str, str]:
    """One level's four heads by name."""
    objectness = f"objectness{level}"
    loc = g.conv(f"{objectness}.loc", features, relu=False)
    conf = g.conv(f"{objectness}.conf", features, relu=False)
    logits = g.channels(f"{objectness}.logits", conf, 1, 2)
    axis = g.integers(1)
    strongest = g.node("ReduceMax", [logits, axis], f"{objectness}.strongest", keepdims=1)
    objects = g.node("Sigmoid", [strongest], f"{objectness}.map")
    weighted = g.multiply(f"modulate{level}.product", features, objects)
    modulated = g.node("Add", [weighted, features], f"modulate{level}")

    shifts = [g.channels(f"offset_input{level}.{axis}", loc, axis, 4) for axis in (0, 1)]
    offset = g.conv(f"offset{level}", g.concat(f"offset_input{level}", shifts))
    refined = g.deform(f"deform{level}", modulated, offset, _DEFORM_DILATIONS[level])
    head_loc = g.conv(f"head{level}.loc", refined, relu=False)
    head_conf = g.conv(f"head{level}.conf", refined, relu=False, outputs=_ANCHORS * classes)
    heads = zip((loc, conf, head_loc, head_conf), (4, 2, 4, classes), strict=True)
    return dict(zip(HEADS, (g.permute(*head) for head in heads), strict=True))


def size_and_classes(network: str) -> tuple[int, int]:
    """What a network's name says; raises ValueError for a name not covered here."""
    match = re.fullmatch(r"efgrnet-vgg16-(320|512)-(coco|voc)", network)
    if not match:
        raise ValueError(
            f'no ONNX model of "{network}": only efgrnet-vgg16-{{320,512}}-{{coco,voc}}'
        )
    return int(match[1]), _CLASSES[match[2]]


def build(network: str, parameters: Parameters, deformable: bool = True) -> onnx.ModelProto:
    """The model; without ``deformable``, plain dilated convolutions of the same shapes.

    ``parameters`` are COCO's; with fewer classes the class heads take the first channels.
    """
    size, classes = size_and_classes(network)
    g = _Graph(parameters, deformable)
    levels = [_refine(g, level, maps, classes) for level, maps in enumerate(_enriched(g), 1)]
    for head in HEADS:
        g.concat(head, [level[head] for level in levels])
    g.node("Softmax", ["objectness.conf"], "objectness.scores", axis=-1)
    g.node("Softmax", ["head.conf"], "scores", axis=-1)

    image = helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, [1, 3, size, size])
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, None]) for name in OUTPUTS
    ]
    graph = helper.make_graph(g.nodes, network, [image], outputs, list(g.initializers.values()))
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
