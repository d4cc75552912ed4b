"""Checks of the generator against other implementations, run on every use.

Each raises AssertionError.  The truth of the convolutions is compared with
PyTorch's own float64 convolution and with ONNX's reference evaluator, which
share no code with ``truth``; every other computed kind with PyTorch or a loop.
"""

import math

import numpy as np
import torch
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from torch.nn import functional

from . import arithmetic, builders, philox, recipes, truth

TOLERANCE = 1e-13
"""Largest difference of two float64 evaluations, relative to the magnitude."""


def _assert_close(got: np.ndarray, other: np.ndarray, scale, what: str) -> None:
    assert got.shape == other.shape, f"{what}: shape {got.shape}, not {other.shape}"
    worst = float((np.abs(got - other) / scale).max())
    assert worst <= TOLERANCE, f"{what}: differs by {worst:.3g} of the magnitude"


def _double(case) -> dict[str, np.ndarray]:
    return {name: values.astype(np.float64) for name, values in case.values().items()}


def _onnx(operator: str, inputs: dict[str, np.ndarray], **attributes) -> np.ndarray:
    """One operator in ONNX's reference evaluator, opset 19, float64."""
    node = helper.make_node(operator, list(inputs), ["y"], **attributes)
    values = [
        helper.make_tensor_value_info(n, TensorProto.DOUBLE, v.shape) for n, v in inputs.items()
    ]
    result = helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)
    graph = helper.make_graph([node], operator, values, [result])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)])
    return ReferenceEvaluator(model).run(None, inputs)[0]


def _onnx_geometry(case) -> dict:
    """Stride, padding, dilation and kernel in ONNX's terms."""
    pads = case.attributes["padding"]
    return {
        "strides": case.attributes["stride"],
        "pads": pads + pads,
        "dilations": case.attributes["dilation"],
        "kernel_shape": list(case.values()["weight"].shape[2:]),
    }


def _check_exp() -> None:
    points = np.concatenate([np.linspace(-700, 700, 2001), np.linspace(-1, 1, 2001), [0.0]])
    library = np.array([math.exp(point) for point in points])
    ours = arithmetic.exp(points)
    assert (np.abs(ours - library) <= 2 * np.spacing(library)).all(), "exp is off by over 2 units"
    assert (arithmetic.exp(np.array([-800.0, 0.0])) == [0.0, 1.0]).all()


def _check_slices() -> None:
    """Sums from slices against exactly rounded sums (math.fsum of exact products)."""
    case = builders.conv2d("check-slices", (1, 37, 1, 1), 5, 1, scale=0.3, input_scale=1.7)
    values = _double(case)
    got = arithmetic.matmul(values["weight"][:, :, 0, 0], values["input"][0, :, 0])[:, 0]
    for row, result in zip(values["weight"][:, :, 0, 0], got, strict=True):
        # A product of two float32 numbers is exact in float64.
        expected = math.fsum(row * values["input"].reshape(-1))
        assert abs(result - expected) <= 2 * math.ulp(expected), "sliced sum is not exact"


def _check_conv2d() -> None:
    for case in (
        builders.conv2d("check-conv", (2, 9, 9, 11), 6, (3, 2), (2, 1), (1, 2), (2, 3), 3, True),
        builders.conv2d("check-conv-3x3", (1, 17, 6, 7), 5, 3, padding=1, scale=0.1),
    ):
        values = _double(case)
        got, magnitude = truth.compute(case.kind, case.attributes, values)
        inputs = {"x": values["input"], "w": values["weight"]}
        inputs |= {"b": values["bias"]} if "bias" in values else {}
        group = case.attributes["groups"]
        other = _onnx("Conv", inputs, group=group, **_onnx_geometry(case))
        _assert_close(got, other, magnitude, "conv2d against ONNX")
        _assert_close(got, _loop_conv2d(case, values), magnitude, "conv2d against loops")


def _loop_conv2d(case, values) -> np.ndarray:
    """The seven loops of a convolution, as the textbooks write it."""
    x, weight = values["input"], values["weight"]
    stride, padding, dilation, groups = (
        case.attributes[key] for key in ("stride", "padding", "dilation", "groups")
    )
    outputs, inputs, *kernel = weight.shape
    size = [
        builders.output_size(x.shape[2 + a], kernel[a], stride[a], padding[a], dilation[a])
        for a in (0, 1)
    ]
    y = np.zeros((x.shape[0], outputs, *size))
    for n, o, row, column in np.ndindex(*y.shape):
        total = values["bias"][o] if "bias" in values else 0.0
        first = o // (outputs // groups) * inputs
        for c, i, j in np.ndindex(inputs, *kernel):
            source_row = row * stride[0] - padding[0] + i * dilation[0]
            source_column = column * stride[1] - padding[1] + j * dilation[1]
            if 0 <= source_row < x.shape[2] and 0 <= source_column < x.shape[3]:
                total += weight[o, c, i, j] * x[n, first + c, source_row, source_column]
        y[n, o, row, column] = total
    return y


def _check_deform_conv2d() -> None:
    """Against DeformConv (opset 19), with offsets in 64ths of a pixel.

    The evaluator normalises each position, maps it back and keeps it in
    float32; a position in 64ths survives that unchanged, another would not.
    """

    def in_64ths(bound: int):
        return lambda name, grid: recipes.integer(name, grid.shape, 64 * bound).values() / 64

    for case in (
        builders.deform_conv2d("check-deform", (2, 3, 6, 7), 4, 3, in_64ths(3), 1, 2, 2, True),
        builders.deform_conv2d("check-far", (1, 2, 5, 6), 3, (3, 2), in_64ths(9), (2, 1), (1, 0)),
        builders.deform_conv2d("check-lattice", (1, 2, 5, 6), 3, 3, 4, padding=1, integer=8),
    ):
        values = _double(case)
        got, magnitude = truth.compute(case.kind, case.attributes, values)
        inputs = {"x": values["input"], "w": values["weight"], "o": values["offset"]}
        inputs |= {"b": values["bias"]} if "bias" in values else {}
        other = _onnx("DeformConv", inputs, **_onnx_geometry(case))
        _assert_close(got, other, np.maximum(magnitude, 1.0), "deform_conv2d against ONNX")


def _check_zero_offset() -> None:
    """A deformable convolution with zero offsets is the convolution."""
    deform = builders.deform_conv2d("check-zero", (1, 5, 6, 7), 4, 3, 0.0, 2, 3, 2, norm=True)
    values = _double(deform)
    got, magnitude = truth.compute(deform.kind, deform.attributes, values)
    plain, other = truth.compute("conv2d", deform.attributes | {"groups": 1}, values)
    _assert_close(got, plain, magnitude, "deform_conv2d without offsets")
    _assert_close(magnitude, other, magnitude, "magnitude without offsets")


def _check_elementwise() -> None:
    norm = builders.batch_norm2d("check-norm", (2, 5, 4, 3))
    values = _double(norm)
    wide = {name: torch.from_numpy(value) for name, value in values.items()}
    names = ("input", "bn.running_mean", "bn.running_var", "bn.weight", "bn.bias")
    other = functional.batch_norm(*(wide[name] for name in names), eps=norm.attributes["bn_eps"])
    got, _ = truth.compute(norm.kind, norm.attributes, values)
    _assert_close(got, other.numpy(), 1 + np.abs(got), "batch_norm2d against PyTorch")

    logits = builders.unary("check-logits", "softmax", (2, 7, 21), 30.0).values()["input"]
    wide_logits = torch.from_numpy(logits.astype(np.float64))
    for kind, function in (
        ("softmax", lambda x: torch.softmax(x, -1)),
        ("sigmoid", torch.sigmoid),
        ("relu", torch.relu),
    ):
        got, _ = truth.compute(kind, {}, {"input": logits})
        _assert_close(got, function(wide_logits).numpy(), 1.0, f"{kind} against PyTorch")


def _check_pool_and_resize() -> None:
    pool = builders.max_pool2d("check-pool", (2, 3, 7, 9), (3, 2), (2, 3), (1, 0))
    values = _double(pool)
    pads = pool.attributes["padding"]
    other = _onnx(
        "MaxPool",
        {"x": values["input"]},
        kernel_shape=pool.attributes["kernel"],
        strides=pool.attributes["stride"],
        pads=pads + pads,
    )
    _assert_close(truth.compute(pool.kind, pool.attributes, values)[0], other, 1.0, "max_pool2d")
    for size in ((11, 4), (3, 17), (7, 9)):
        got, _ = truth.compute("resize_bilinear", {"size": size}, values)
        wide = torch.from_numpy(values["input"])
        other = functional.interpolate(wide, size=size, mode="bilinear", align_corners=False)
        _assert_close(got, other.numpy(), 10.0, "resize_bilinear against PyTorch")


def _check_objectness_and_boxes() -> None:
    """The small kinds of the heads against loops that follow efgrnet.md's words."""
    case = builders.unary("check-heads", "head_permute", (2, 12, 3, 2), values=4)
    x = case.values()["input"]
    permuted, _ = truth.compute("head_permute", {"values": 4}, {"input": x})
    offsets, _ = truth.compute("box_offsets", {}, {"input": x})
    for n, a, row, column in np.ndindex(2, 3, 3, 2):
        anchor = (row * 2 + column) * 3 + a
        for value in range(4):
            assert permuted[n, anchor, value] == x[n, 4 * a + value, row, column]
        assert offsets[n, a, row, column] == x[n, 4 * a, row, column]
        assert offsets[n, 3 + a, row, column] == x[n, 4 * a + 1, row, column]
    decode = builders.decode_boxes("check-decode", 1, 5)
    values = _double(decode)
    got, _ = truth.compute(decode.kind, decode.attributes, values)
    for i in range(5):
        box = list(values["input.2"][i])
        for loc in (values["input"][0, i], values["input.1"][0, i]):
            box = [
                box[0] + loc[0] * 0.1 * box[2],
                box[1] + loc[1] * 0.1 * box[3],
                box[2] * math.exp(loc[2] * 0.2),
                box[3] * math.exp(loc[3] * 0.2),
            ]
        corners = [
            box[0] - box[2] / 2,
            box[1] - box[3] / 2,
            box[0] + box[2] / 2,
            box[1] + box[3] / 2,
        ]
        _assert_close(got[0, i], np.array(corners), 1.0, "decode_boxes against scalars")


def run() -> None:
    """All checks; a second or two."""
    torch.use_deterministic_algorithms(True)
    philox.check()
    _check_exp()
    _check_slices()
    _check_conv2d()
    _check_deform_conv2d()
    _check_zero_offset()
    _check_elementwise()
    _check_pool_and_resize()
    _check_objectness_and_boxes()
