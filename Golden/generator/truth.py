"""The true output of every layer kind, in float64, from float32 tensors.

``compute(kind, attributes, tensors)`` returns ``(expected, magnitude)``;
``magnitude`` is None for kinds that carry none.  Layout is NCHW, weights are
OIHW, pairs are [vertical, horizontal].  Written for plainness: each function
reads like the formula, and no result depends on the machine (``arithmetic``).
"""

import math

import numpy as np
import torch
from torch.nn import functional

from . import arithmetic

Tensors = dict[str, np.ndarray]


def _relu(x: np.ndarray, attributes: dict) -> np.ndarray:
    return np.maximum(x, 0.0) if attributes.get("relu", False) else x


def _per_channel(values: np.ndarray) -> np.ndarray:
    """A vector over C, broadcastable over NCHW."""
    return values.reshape(1, -1, 1, 1)


def linear_sum(kind: str, tensors: Tensors, attributes: dict) -> np.ndarray:
    """The sum of products of ``conv2d`` or ``deform_conv2d``, before bias and norm."""
    if kind == "deform_conv2d":
        return _deformable_sum(tensors, attributes)
    geometry = [attributes[key] for key in ("stride", "padding", "dilation", "groups")]
    return arithmetic.conv2d(tensors["input"], tensors["weight"], *geometry)


def finish_linear(total: np.ndarray, tensors: Tensors, attributes: dict) -> np.ndarray:
    """Bias, norm and ReLU after ``linear_sum``."""
    if "bias" in tensors:
        total = total + _per_channel(tensors["bias"])
    if "bn.weight" in tensors:
        deviation = np.sqrt(tensors["bn.running_var"] + attributes["bn_eps"])
        scale = _per_channel(tensors["bn.weight"] / deviation)
        total = (total - _per_channel(tensors["bn.running_mean"])) * scale
        total = total + _per_channel(tensors["bn.bias"])
    return _relu(total, attributes)


def linear_magnitude(kind: str, tensors: Tensors, attributes: dict) -> np.ndarray:
    """``finish_linear`` of ``linear_sum`` with every term's absolute value, no ReLU."""
    absolute = tensors | {name: np.abs(tensors[name]) for name in ("input", "weight")}
    total = linear_sum(kind, absolute, attributes)
    if "bias" in tensors:
        total = total + np.abs(_per_channel(tensors["bias"]))
    if "bn.weight" in tensors:
        deviation = np.sqrt(tensors["bn.running_var"] + attributes["bn_eps"])
        scale = np.abs(_per_channel(tensors["bn.weight"] / deviation))
        total = (total + np.abs(_per_channel(tensors["bn.running_mean"]))) * scale
        total = total + np.abs(_per_channel(tensors["bn.bias"]))
    return total


def _linear(kind: str, tensors: Tensors, attributes: dict):
    """Output and magnitude of a linear layer."""
    output = finish_linear(linear_sum(kind, tensors, attributes), tensors, attributes)
    return output, linear_magnitude(kind, tensors, attributes)


def conv2d(tensors: Tensors, attributes: dict):
    """relu?(bn?(conv(input, weight) + bias?))."""
    return _linear("conv2d", tensors, attributes)


def sampled_columns(image: np.ndarray, offset: np.ndarray, kernel, attributes: dict) -> np.ndarray:
    """Bilinear samples of one image [C,H,W] for every tap: [C, kh*kw, Ho, Wo].

    ``offset`` is [2*kh*kw, Ho, Wo], (dy, dx) per tap, taps row-major.  A
    position outside (-1, H) x (-1, W) is 0, and so is every corner of a
    bilinear cell that lies outside the map.
    """
    channels, height, width = image.shape
    taps, out_height, out_width = offset.shape[0] // 2, *offset.shape[1:]
    flat = image.reshape(channels, -1)
    columns = np.empty((channels, taps, out_height, out_width))
    rows = np.arange(out_height, dtype=np.float64)[:, None]
    cols = np.arange(out_width, dtype=np.float64)[None, :]
    for tap in range(taps):
        (stride_y, stride_x), (pad_y, pad_x) = attributes["stride"], attributes["padding"]
        dilation_y, dilation_x = attributes["dilation"]
        row, col = divmod(tap, kernel[1])
        y = rows * stride_y - pad_y + row * dilation_y + offset[2 * tap]
        x = cols * stride_x - pad_x + col * dilation_x + offset[2 * tap + 1]
        inside = (y > -1) & (y < height) & (x > -1) & (x < width)
        top, left = np.floor(y), np.floor(x)
        below, right = y - top, x - left
        sample = np.zeros((channels, out_height, out_width))
        for corner_y, weight_y in ((top, 1.0 - below), (top + 1, below)):
            for corner_x, weight_x in ((left, 1.0 - right), (left + 1, right)):
                valid = inside & (corner_y >= 0) & (corner_y < height)
                valid &= (corner_x >= 0) & (corner_x < width)
                index = np.where(valid, corner_y * width + corner_x, 0).astype(np.int64)
                sample += flat[:, index] * np.where(valid, weight_y * weight_x, 0.0)
        columns[:, tap] = sample
    return columns


def _deformable_sum(tensors: Tensors, attributes: dict) -> np.ndarray:
    """Weights times the sampled columns of every image."""
    weight, offset = tensors["weight"], tensors["offset"]
    matrix = weight.reshape(weight.shape[0], -1)
    sums = []
    for image, image_offset in zip(tensors["input"], offset, strict=True):
        columns = sampled_columns(image, image_offset, weight.shape[2:], attributes)
        product = arithmetic.matmul(matrix, columns.reshape(matrix.shape[1], -1))
        sums.append(product.reshape(-1, *offset.shape[2:]))
    return np.stack(sums)


def deform_conv2d(tensors: Tensors, attributes: dict):
    """Deformable convolution v1 (Dai et al. 2017), one offset group."""
    return _linear("deform_conv2d", tensors, attributes)


def max_pool2d(tensors: Tensors, attributes: dict):
    """Maximum over windows; padding counts as minus infinity."""
    pooled = functional.max_pool2d(
        torch.from_numpy(tensors["input"]),
        tuple(attributes["kernel"]),
        tuple(attributes["stride"]),
        tuple(attributes["padding"]),
        ceil_mode=attributes["ceil_mode"],
    )
    return pooled.numpy(), None


def batch_norm2d(tensors: Tensors, attributes: dict):
    """(x - mean) / sqrt(var + eps) * weight + bias."""
    mean = _per_channel(tensors["bn.running_mean"])
    deviation = _per_channel(np.sqrt(tensors["bn.running_var"] + attributes["bn_eps"]))
    scaled = (tensors["input"] - mean) / deviation * _per_channel(tensors["bn.weight"])
    return _relu(scaled + _per_channel(tensors["bn.bias"]), attributes), None


def relu(tensors: Tensors, attributes: dict):
    """max(x, 0)."""
    return np.maximum(tensors["input"], 0.0), None


def logistic(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e**-x), without overflow and with full relative accuracy."""
    power = arithmetic.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, power) / (1.0 + power)


def sigmoid(tensors: Tensors, attributes: dict):
    """The logistic function, elementwise."""
    return logistic(tensors["input"]), None


def multiply(tensors: Tensors, attributes: dict):
    """input * input.1."""
    return _relu(tensors["input"] * tensors["input.1"], attributes), None


def add(tensors: Tensors, attributes: dict):
    """input + input.1."""
    return _relu(tensors["input"] + tensors["input.1"], attributes), None


def concat(tensors: Tensors, attributes: dict):
    """Along axis 1."""
    count = sum(1 for name in tensors if name.startswith("input"))
    names = ["input"] + [f"input.{index}" for index in range(1, count)]
    return np.concatenate([tensors[name] for name in names], axis=1), None


def l2_norm(tensors: Tensors, attributes: dict):
    """x / (sqrt(sum over c of x**2) + eps) * weight[c]."""
    x = tensors["input"]
    squares = np.zeros_like(x[:, :1])
    for channel in range(x.shape[1]):  # a fixed order of summation
        squares = squares + x[:, channel : channel + 1] * x[:, channel : channel + 1]
    return x / (np.sqrt(squares) + attributes["eps"]) * _per_channel(tensors["weight"]), None


def box_offsets(tensors: Tensors, attributes: dict):
    """[N,4A,H,W] to [N,2A,H,W]: all dx (channels 0::4), then all dy (1::4)."""
    x = tensors["input"]
    return np.concatenate([x[:, 0::4], x[:, 1::4]], axis=1), None


def objectness_map(tensors: Tensors, attributes: dict):
    """Sigmoid of the maximum over the object logits, channels 1::2."""
    return logistic(tensors["input"][:, 1::2].max(axis=1, keepdims=True)), None


def objectness_modulate(tensors: Tensors, attributes: dict):
    """input * input.1 + input, input.1 being [N,1,H,W]."""
    x = tensors["input"]
    return x * tensors["input.1"] + x, None


def head_permute(tensors: Tensors, attributes: dict):
    """[N,A*k,H,W] to [N,H*W*A,k]."""
    x = tensors["input"]
    return x.transpose(0, 2, 3, 1).reshape(x.shape[0], -1, attributes["values"]), None


def softmax(tensors: Tensors, attributes: dict):
    """e**x / sum of e**x, over the last axis."""
    x = tensors["input"]
    powers = arithmetic.exp(x - x.max(axis=-1, keepdims=True))
    total = np.zeros(x.shape[:-1])
    for column in range(x.shape[-1]):  # a fixed order of summation
        total = total + powers[..., column]
    return powers / total[..., None], None


def prior_box(tensors: Tensors, attributes: dict):
    """Priors (cx, cy, w, h) of one level, cells row-major: [H*W*(1+ratios), 4]."""
    image_height, image_width = attributes["image_size"]
    map_height, map_width = attributes["feature_map"]
    stride_y, stride_x = attributes["stride"]
    size = attributes["min_size"]
    roots = [1.0] + [math.sqrt(ratio) for ratio in attributes["aspect_ratios"]]
    priors = [
        (
            (column + 0.5) * stride_x / image_width,
            (row + 0.5) * stride_y / image_height,
            size * root / image_width,
            size / root / image_height,
        )
        for row in range(map_height)
        for column in range(map_width)
        for root in roots
    ]
    out = np.array(priors, dtype=np.float64)
    return np.clip(out, 0.0, 1.0) if attributes["clip"] else out, None


def decode_boxes(tensors: Tensors, attributes: dict):
    """Priors refined by arm_loc, then by odm_loc, to corners x1, y1, x2, y2."""
    variance_centre, variance_size = attributes["variances"]
    boxes = tensors["input.2"]
    centre, size = boxes[:, :2], boxes[:, 2:]
    for loc in (tensors["input"], tensors["input.1"]):
        centre = centre + loc[..., :2] * variance_centre * size
        size = size * arithmetic.exp(loc[..., 2:] * variance_size)
    return np.concatenate([centre - size / 2, centre + size / 2], axis=-1), None


def intersection_over_union(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """IoU of one box with many, corners in pixels, width = x2 - x1 + 1."""
    size = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]) + 1
    overlap = np.maximum(size, 0.0).prod(axis=1)
    area = (box[2:] - box[:2] + 1).prod()
    areas = (boxes[:, 2:] - boxes[:, :2] + 1).prod(axis=1)
    return overlap / (area + areas - overlap)


def suppress(boxes: np.ndarray, scores: np.ndarray, objectness: np.ndarray, attributes: dict):
    """Detections and how far every decision was from falling otherwise.

    Returns ``(detections [K,6], margins)``.  ``margins`` holds the smallest
    distances met: of a class score and of an objectness from their thresholds,
    of an IoU of a compared pair from its threshold, and between two scores of
    one class.  Score margins are relative to the score, IoU's are absolute.
    """
    threshold, limit = attributes["score_threshold"], attributes["iou_threshold"]
    floor = attributes["objectness_threshold"]
    objects = objectness > floor
    could_pass = (scores[:, 1:] > threshold).any(axis=1)
    considered = np.abs(objectness[could_pass] - floor) / floor
    margins = {
        "score": float((np.abs(scores[objects, 1:] - threshold) / threshold).min(initial=1.0)),
        "objectness": float(considered.min(initial=1.0)),
        "iou": 1.0,
        "gap": 1.0,
    }
    detections = []
    for label in range(1, scores.shape[1]):
        column = np.where(objects, scores[:, label], 0.0)
        candidates = np.flatnonzero(column > threshold)
        order = candidates[np.argsort(-column[candidates], kind="stable")]
        gaps = -np.diff(column[order]) / column[order][1:]
        margins["gap"] = min(margins["gap"], float(gaps.min(initial=1.0)))
        kept: list[int] = []
        while len(order) and len(kept) < attributes["max_per_class"]:
            best, order = order[0], order[1:]
            kept.append(best)
            overlaps = intersection_over_union(boxes[best], boxes[order])
            margins["iou"] = min(margins["iou"], float(np.abs(overlaps - limit).min(initial=1.0)))
            order = order[overlaps <= limit]
        detections += [(label, column[index], *boxes[index]) for index in kept]
    return np.array(detections, dtype=np.float64).reshape(-1, 6), margins


def nms(tensors: Tensors, attributes: dict):
    """Greedy non-maximum suppression per class: [K,6] class, score, corners."""
    inputs = (tensors[name] for name in ("input", "input.1", "input.2"))
    return suppress(*inputs, attributes)[0], None


def resize_bilinear(tensors: Tensors, attributes: dict):
    """Bilinear, half-pixel centres, edges clamped, no anti-aliasing."""
    out = tensors["input"]
    for axis, size in ((2, attributes["size"][0]), (3, attributes["size"][1])):
        length = out.shape[axis]
        # Position of output i is ((2i+1)*length - size) / (2*size): in integers,
        # so that cell and weight are right to the last bit.
        numerator = (2 * np.arange(size) + 1) * length - size
        numerator = np.clip(numerator, 0, 2 * size * (length - 1))
        lower = numerator // (2 * size)
        upper = np.minimum(lower + 1, length - 1)
        shape = [1, 1, 1, 1]
        shape[axis] = size
        fraction = ((numerator % (2 * size)) / (2 * size)).reshape(shape)
        out = out.take(lower, axis) * (1.0 - fraction) + out.take(upper, axis) * fraction
    return out, None


_KINDS = {
    function.__name__: function
    for function in (
        conv2d,
        deform_conv2d,
        max_pool2d,
        batch_norm2d,
        relu,
        sigmoid,
        multiply,
        add,
        concat,
        l2_norm,
        box_offsets,
        objectness_map,
        objectness_modulate,
        head_permute,
        softmax,
        prior_box,
        decode_boxes,
        nms,
        resize_bilinear,
    )
}

KINDS = tuple(_KINDS)
"""Every layer kind of the format."""

WITH_MAGNITUDE = ("conv2d", "deform_conv2d")
"""Kinds whose cases carry the magnitude."""


def compute(kind: str, attributes: dict, tensors: Tensors):
    """``(expected, magnitude)`` in float64; an unknown kind raises ValueError."""
    if kind not in _KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    wide = {name: np.asarray(value, dtype=np.float64) for name, value in tensors.items()}
    return _KINDS[kind](wide, attributes)
