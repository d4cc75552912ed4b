"""Parameters with which a random network behaves like a trained one.

Weights are recipes; their scales, the biases and the norms' statistics follow
from the photograph itself, layer by layer, so that activations stay of order
one through all levels, every ReLU cuts about half, and few boxes are detected.
"""

import math

import numpy as np

from . import arithmetic, forward, recipes, truth
from .catalogue import CLASSES, Layer

_OBJECTNESS_SPREAD = 2.0
"""Standard deviation of the objectness logits; other sums have 1."""

_OFFSET_GAIN = 0.75
"""Norm weight of the offset layers: most samples move by less than two pixels."""

_OBJECT_BIAS = 1.5
"""The background logit's advantage, halved: some anchors are no objects."""

_FAVOURITES = (1, 17, 62)
"""Classes that score higher than the others, so that NMS has boxes to suppress."""
_FAVOUR = 6.0

CANDIDATES = (150, 200)
"""How many (anchor, class) pairs shall pass the score threshold."""

_CLEARNESS = {"score": 1e-3, "objectness": 1e-3, "iou": 1e-3, "gap": 1e-4}
"""Weights of the margins when the background's bias is chosen: equally clear at these."""

_LEAST_VARIANCE = 1e-4


def _channel_moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each channel of [1,C,H,W], summed exactly."""
    rows = values.reshape(values.shape[1], -1)
    ones = np.ones((rows.shape[1], 1))
    mean = arithmetic.matmul(rows, ones) / rows.shape[1]
    variance = arithmetic.matmul((rows - mean) ** 2, ones) / rows.shape[1]
    return mean[:, 0], variance[:, 0]


def _norm(layer: Layer, mean: np.ndarray, variance: np.ndarray) -> dict:
    """bn.* with the measured statistics and weights and biases of a trained norm's size."""
    assert variance.min() > _LEAST_VARIANCE, f"{layer.name}: a channel is constant"
    spread = recipes.nonnegative(f"network/{layer.name}/bn.weight", mean.shape, 0.5).values()
    gain = _OFFSET_GAIN if layer.name.startswith("offset") else 1.0
    return {
        "bn.weight": np.float32(gain) * (np.float32(0.75) + spread),
        "bn.bias": recipes.uniform(f"network/{layer.name}/bn.bias", mean.shape, 0.25).values(),
        "bn.running_mean": mean.astype(np.float32),
        "bn.running_var": variance.astype(np.float32),
    }


def _is_objectness(layer: Layer) -> bool:
    """Whether this is the convolution that gives a level's objectness logits."""
    return layer.name.startswith("objectness") and layer.name.endswith(".conf")


def _is_classifier(layer: Layer) -> bool:
    """Whether this is the convolution that gives a level's class logits."""
    return layer.kind == "conv2d" and layer.name.startswith("head") and layer.name.endswith(".conf")


def _designed_bias(layer: Layer) -> np.ndarray | float:
    """What a bias adds to centred outputs."""
    if _is_objectness(layer):
        return np.tile([_OBJECT_BIAS, -_OBJECT_BIAS], layer.shape[1] // 2)
    if _is_classifier(layer):
        classes = np.zeros(CLASSES)
        classes[list(_FAVOURITES)] = _FAVOUR
        return np.tile(classes, layer.shape[1] // CLASSES)
    return 0.0


def _linear(layer: Layer, tensors: dict) -> tuple[dict, np.ndarray]:
    """Parameters and output of a convolution."""
    shape = layer.parameters["weight"]
    name = f"network/{layer.name}/weight"
    tensors = tensors | {"weight": recipes.uniform(name, shape, 1.0).values().astype(np.float64)}
    total = truth.linear_sum(layer.kind, tensors, layer.attributes)
    mean, variance = _channel_moments(total)
    target = _OBJECTNESS_SPREAD if _is_objectness(layer) else 1.0
    # A power of two: the sum and its moments scale without another rounding.
    scale = 2.0 ** round(math.log2(target / math.sqrt(variance.mean())))
    total, mean, variance = total * scale, mean * scale, variance * scale * scale
    chosen = {"weight": recipes.uniform(name, shape, scale)}
    if "bias" in layer.parameters:
        chosen["bias"] = (_designed_bias(layer) - mean).astype(np.float32)
    else:
        chosen |= _norm(layer, mean, variance)
    finishing = {k: v.astype(np.float64) for k, v in chosen.items() if k != "weight"}
    return chosen, truth.finish_linear(total, finishing, layer.attributes)


def calibrate(
    layers: list[Layer], inputs: forward.Values
) -> tuple[forward.Parameters, forward.Values]:
    """Parameters of every layer but the background's bias, and all outputs with them."""
    parameters: forward.Parameters = {}
    values = dict(inputs)
    for layer in layers:
        tensors = forward.tensors_of(layer, values, {})
        if layer.kind in truth.WITH_MAGNITUDE:
            parameters[layer.name], values[layer.name] = _linear(layer, tensors)
            continue
        if layer.kind == "batch_norm2d":
            parameters[layer.name] = _norm(layer, *_channel_moments(tensors["input"]))
            tensors = forward.tensors_of(layer, values, parameters[layer.name])
        values[layer.name] = forward.evaluate(layer, tensors)
    return parameters, values


def tune_background(
    layers: list[Layer], parameters: forward.Parameters, values: forward.Values
) -> None:
    """Adds to the background's bias of every head so that the detections are clear.

    Of the biases, in 128ths, with which the number of candidates is in
    CANDIDATES, the one with the clearest decisions is taken.
    """
    detections = layers[-1]
    boxes, _, objectness = (forward.view(source, values) for source in detections.sources)
    logits = values["head.conf"][0]
    powers = arithmetic.exp(logits - logits.max())
    others = powers[:, 1:].sum(axis=1)
    objects = objectness > detections.attributes["objectness_threshold"]
    best = (0.0, 0.0)
    for step in range(24 * 128):
        bias = step / 128
        total = powers[:, :1] * math.exp(bias) + others[:, None]
        scores = powers / total
        scores[:, 0] = 0.0  # suppression does not look at the background
        passing = scores > detections.attributes["score_threshold"]
        if not CANDIDATES[0] <= passing[objects].sum() <= CANDIDATES[1]:
            continue
        _, margins = truth.suppress(boxes, scores, objectness, detections.attributes)
        clearness = min(margins[key] / weight for key, weight in _CLEARNESS.items())
        best = max(best, (clearness, bias))
    assert best[0] > 0, "no background bias gives clear detections"
    for layer in layers:
        if _is_classifier(layer):
            added = np.zeros(layer.shape[1], dtype=np.float32)
            added[::CLASSES] = best[1]
            parameters[layer.name]["bias"] = parameters[layer.name]["bias"] + added
