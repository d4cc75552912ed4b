"""Short constructors of cases, with data fit for their kind.

Shapes are [N,C,H,W]; pairs are [vertical, horizontal] and may be given as one
number when both are equal.  Each tensor's stream follows from the case's and
the tensor's names.
"""

import math

import numpy as np

from . import recipes
from .cases import Case

BN_EPS = 1e-5
EXACT_EPS = 2.0**-10
"""With variances 4**k - EXACT_EPS, var + eps is a power of four and exact in float32."""


def pair(value) -> list[int]:
    """One number for both directions, or a pair as it is."""
    return [value, value] if isinstance(value, int) else list(value)


def output_size(length: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Positions of a window that stays within the padded length (floor)."""
    return (length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def norm_tensors(name: str, channels: int) -> dict:
    """bn.*: variances in [0.5, 1.5], weights and means of either sign."""
    spread = recipes.nonnegative(f"{name}/bn.running_var", (channels,), 1.0).values()
    return {
        "bn.weight": recipes.uniform(f"{name}/bn.weight", (channels,), 1.5),
        "bn.bias": recipes.uniform(f"{name}/bn.bias", (channels,), 0.5),
        "bn.running_mean": recipes.uniform(f"{name}/bn.running_mean", (channels,), 0.5),
        "bn.running_var": np.float32(0.5) + spread,
    }


def exact_norm_tensors(name: str, channels: int) -> dict:
    """bn.* for which weight / sqrt(var + eps) is an integer or a half."""
    quarter_powers = recipes.integer(f"{name}/bn.running_var", (channels,), 1).values()
    return {
        "bn.weight": recipes.integer(f"{name}/bn.weight", (channels,), 3),
        "bn.bias": recipes.integer(f"{name}/bn.bias", (channels,), 9),
        "bn.running_mean": recipes.integer(f"{name}/bn.running_mean", (channels,), 9),
        "bn.running_var": (4.0**quarter_powers - EXACT_EPS).astype(np.float32),
    }


def _linear_tensors(name, out, inputs, kernel, bias, norm, integer, scale) -> dict:
    """Weight, bias and norm of a convolution; ``integer`` is the weights' range."""
    shape = (out, inputs, *kernel)
    if integer:
        tensors = {"weight": recipes.integer(f"{name}/weight", shape, integer)}
    else:
        bound = scale or recipes.weight_scale(inputs * math.prod(kernel))
        tensors = {"weight": recipes.uniform(f"{name}/weight", shape, bound)}
    if bias and integer:
        tensors["bias"] = recipes.integer(f"{name}/bias", (out,), 9)
    elif bias:
        tensors["bias"] = recipes.uniform(f"{name}/bias", (out,), 0.5)
    if norm:
        tensors |= exact_norm_tensors(name, out) if integer else norm_tensors(name, out)
    return tensors


def _linear_attributes(stride, padding, dilation, relu, norm, integer) -> dict:
    attributes = {
        "stride": pair(stride),
        "padding": pair(padding),
        "dilation": pair(dilation),
        "relu": relu,
    }
    if norm:
        attributes["bn_eps"] = EXACT_EPS if integer else BN_EPS
    return attributes


def conv2d(
    name,
    shape,
    out,
    kernel,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    bias=False,
    norm=False,
    relu=False,
    integer=0,
    scale=None,
    input_scale=2.0,
) -> Case:
    """A convolution of ``shape`` to ``out`` channels.

    ``integer`` > 0 makes an exact case with weights and inputs of that range;
    ``scale`` is the weights' bound, by default the power of two nearest He's.
    """
    kernel = pair(kernel)
    tensors = _linear_tensors(name, out, shape[1] // groups, kernel, bias, norm, integer, scale)
    if integer:
        tensors["input"] = recipes.integer(f"{name}/input", shape, integer)
    else:
        tensors["input"] = recipes.uniform(f"{name}/input", shape, input_scale)
    attributes = _linear_attributes(stride, padding, dilation, relu, norm, integer)
    return Case(name, "conv2d", attributes | {"groups": groups}, tensors, exact=bool(integer))


def deform_conv2d(
    name,
    shape,
    out,
    kernel,
    offset=2.0,
    stride=1,
    padding=0,
    dilation=1,
    bias=False,
    norm=False,
    relu=False,
    integer=0,
    input_scale=2.0,
) -> Case:
    """A deformable convolution.

    ``offset`` is the bound of uniform offsets (of integer ones in an exact
    case), or a function from (offset shape, positions) to stored offsets, where
    ``positions`` is the undeformed sampling grid of the same shape.
    """
    kernel, stride, padding, dilation = map(pair, (kernel, stride, padding, dilation))
    tensors = _linear_tensors(name, out, shape[1], kernel, bias, norm, integer, None)
    out_size = [
        output_size(shape[2 + axis], kernel[axis], stride[axis], padding[axis], dilation[axis])
        for axis in (0, 1)
    ]
    offset_shape = (shape[0], 2 * math.prod(kernel), *out_size)
    if callable(offset):
        grid = sampling_grid(offset_shape, kernel, stride, padding, dilation)
        tensors["offset"] = offset(f"{name}/offset", grid).astype(np.float32)
    elif integer:
        tensors["offset"] = recipes.integer(f"{name}/offset", offset_shape, int(offset))
    else:
        tensors["offset"] = recipes.uniform(f"{name}/offset", offset_shape, offset)
    if integer:
        tensors["input"] = recipes.integer(f"{name}/input", shape, integer)
    else:
        tensors["input"] = recipes.uniform(f"{name}/input", shape, input_scale)
    attributes = _linear_attributes(stride, padding, dilation, relu, norm, integer)
    return Case(name, "deform_conv2d", attributes, tensors, exact=bool(integer))


def sampling_grid(offset_shape, kernel, stride, padding, dilation) -> np.ndarray:
    """Sampling positions without offsets, in the offset tensor's own layout."""
    grid = np.empty(offset_shape)
    rows = np.arange(offset_shape[2])[:, None]
    columns = np.arange(offset_shape[3])[None, :]
    for tap in range(offset_shape[1] // 2):
        row, column = divmod(tap, kernel[1])
        grid[:, 2 * tap] = rows * stride[0] - padding[0] + row * dilation[0]
        grid[:, 2 * tap + 1] = columns * stride[1] - padding[1] + column * dilation[1]
    return grid


def max_pool2d(name, shape, kernel, stride, padding=0, ceil_mode=False) -> Case:
    """Max pooling; bit for bit in any implementation."""
    attributes = {
        "kernel": pair(kernel),
        "stride": pair(stride),
        "padding": pair(padding),
        "ceil_mode": ceil_mode,
    }
    tensors = {"input": recipes.uniform(f"{name}/input", shape, 2.0)}
    return Case(name, "max_pool2d", attributes, tensors, exact=True)


def batch_norm2d(name, shape, relu=False, integer=0) -> Case:
    """Batch normalisation with fixed statistics."""
    make = recipes.integer if integer else recipes.uniform
    tensors = {"input": make(f"{name}/input", shape, integer or 2.0)}
    tensors |= (exact_norm_tensors if integer else norm_tensors)(name, shape[1])
    attributes = {"bn_eps": EXACT_EPS if integer else BN_EPS, "relu": relu}
    return Case(name, "batch_norm2d", attributes, tensors, exact=bool(integer))


def elementwise(name, kind, shape, relu=False, integer=0) -> Case:
    """``multiply`` or ``add`` of two tensors of one shape."""
    make, bound = (recipes.integer, integer) if integer else (recipes.uniform, 2.0)
    tensors = {key: make(f"{name}/{key}", shape, bound) for key in ("input", "input.1")}
    return Case(name, kind, {"relu": relu}, tensors, exact=bool(integer))


def unary(name, kind, shape, scale=2.0, exact=False, **attributes) -> Case:
    """A kind with one input and no parameters."""
    tensors = {"input": recipes.uniform(f"{name}/input", shape, scale)}
    return Case(name, kind, attributes, tensors, exact=exact)


def concat(name, shapes) -> Case:
    """Concatenation along axis 1."""
    names = ["input"] + [f"input.{index}" for index in range(1, len(shapes))]
    tensors = {
        key: recipes.uniform(f"{name}/{key}", shape, 2.0)
        for key, shape in zip(names, shapes, strict=True)
    }
    return Case(name, "concat", {}, tensors, exact=True)


def l2_norm(name, shape, scale=2.0, eps=1e-10) -> Case:
    """Channel-wise L2 normalisation with a learnt scale."""
    tensors = {
        "input": recipes.uniform(f"{name}/input", shape, scale),
        "weight": recipes.uniform(f"{name}/weight", (shape[1],), 20.0),
    }
    return Case(name, "l2_norm", {"eps": eps}, tensors)


def objectness_modulate(name, shape) -> Case:
    """Features times the objectness map, plus the features."""
    map_shape = (shape[0], 1, *shape[2:])
    tensors = {
        "input": recipes.uniform(f"{name}/input", shape, 2.0),
        "input.1": recipes.nonnegative(f"{name}/input.1", map_shape, 1.0),
    }
    return Case(name, "objectness_modulate", {}, tensors)


def prior_box(
    name, image_size, feature_map, stride, min_size, ratios=(2.0, 0.5), clip=True
) -> Case:
    """Priors of one level; there is no input."""
    attributes = {
        "image_size": pair(image_size),
        "feature_map": pair(feature_map),
        "stride": pair(stride),
        "min_size": min_size,
        "aspect_ratios": list(ratios),
        "clip": clip,
    }
    return Case(name, "prior_box", attributes)


def decode_boxes(name, batch, priors, loc_scale=2.0, variances=(0.1, 0.2)) -> Case:
    """Two-step box decoding."""
    shape = (batch, priors, 4)
    tensors = {
        "input": recipes.uniform(f"{name}/input", shape, loc_scale),
        "input.1": recipes.uniform(f"{name}/input.1", shape, loc_scale),
        "input.2": recipes.nonnegative(f"{name}/input.2", (priors, 4), 1.0),
    }
    return Case(name, "decode_boxes", {"variances": list(variances)}, tensors)


NMS = {
    "score_threshold": 0.01,
    "iou_threshold": 0.45,
    "max_per_class": 50,
    "objectness_threshold": 0.01,
}
"""The published model's filtering."""
