"""Every layer of a network at its real size, on data by recipe, outputs sampled."""

import math
from collections.abc import Iterator

from . import builders, catalogue, recipes, suppression
from .cases import Case

_EXACT_KINDS = ("max_pool2d", "concat", "box_offsets", "head_permute")
"""Kinds that only choose or move values: bit for bit in any implementation."""

_IMAGE_SCALE = 128.0
"""Bound of the mean-free image's values."""


def _parameters(layer: catalogue.Layer) -> dict:
    """Recipes (and stored variances) for a layer's parameters."""
    tensors = {}
    for name, shape in layer.parameters.items():
        if name == "weight":
            scale = recipes.weight_scale(math.prod(shape[1:]))
            tensors[name] = recipes.uniform(f"{layer.name}/{name}", shape, scale)
        elif name == "bias":
            tensors[name] = recipes.uniform(f"{layer.name}/{name}", shape, 0.5)
    if "bn.weight" in layer.parameters:
        tensors |= builders.norm_tensors(layer.name, layer.parameters["bn.weight"][0])
    return tensors


def _inputs(layer: catalogue.Layer, size: int) -> dict:
    """Recipes for a layer's inputs, in the ranges they have in the network."""
    tensors = {}
    for name, source in layer.inputs.items():
        label = f"{layer.name}/{name}"
        if source.name == catalogue.PIXEL_SCALE:
            tensors[name] = recipes.constant(source.shape, float(size))
        elif source.name == catalogue.IMAGE:
            tensors[name] = recipes.uniform(label, source.shape, _IMAGE_SCALE)
        elif source.name.startswith("prior") or source.name.endswith(".map"):
            tensors[name] = recipes.nonnegative(label, source.shape, 1.0)
        elif layer.kind == "softmax":
            tensors[name] = recipes.uniform(label, source.shape, 8.0)
        elif name == "offset":
            tensors[name] = recipes.uniform(label, source.shape, 4.0)
        else:
            tensors[name] = recipes.uniform(label, source.shape, 2.0)
    return tensors


def _suppression(layer: catalogue.Layer, size: int) -> Case:
    """The nms layer: a fifth of the anchors are objects, 2 % of their scores pass.

    Boxes lie on a grid of a fortieth of the picture, so that equal shapes meet
    often and IoU stays clear of its threshold.
    """
    count, classes = layer.sources[1].shape
    grid = size / 40

    def make(salt: str) -> Case | None:
        return suppression.case(
            layer.name,
            suppression.random_boxes(salt, count, size, (4 * grid, 10 * grid), grid),
            recipes.nonnegative(f"{salt}/scores", (count, classes), 0.0102),
            recipes.nonnegative(f"{salt}/objectness", (count,), 0.0125),
        )

    return suppression.first_clear(make, layer.name)


def _case(layer: catalogue.Layer, size: int) -> Case:
    if layer.kind == "nms":
        return _suppression(layer, size)
    tensors = _inputs(layer, size) | _parameters(layer)
    return Case(layer.name, layer.kind, layer.attributes, tensors, layer.kind in _EXACT_KINDS)


def cases(size: int) -> Iterator[Case]:
    """A case for every layer of efgrnet-vgg16-``size``-coco."""
    for layer in catalogue.network(size):
        yield _case(layer, size)
