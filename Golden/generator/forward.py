"""A whole network in float64, layer by layer."""

from collections.abc import Callable

import numpy as np

from . import truth
from .catalogue import Layer, Source
from .recipes import Recipe

Parameters = dict[str, dict[str, Recipe | np.ndarray]]
"""Layer name, then parameter name (``weight``, ``bn.bias``): a recipe or float32 values."""

Values = dict[str, np.ndarray]
"""Outputs by layer name, with the network's inputs among them."""


def view(source: Source, values: Values) -> np.ndarray:
    """A source's values in the shape its consumer sees."""
    tensor = values[source.name]
    if source.column is not None:
        tensor = tensor[..., source.column]
    return tensor.reshape(source.shape)


def tensors_of(layer: Layer, values: Values, parameters: dict) -> dict[str, np.ndarray]:
    """A layer's inputs and parameters under the names ``truth`` knows, float64."""
    tensors = {name: view(source, values) for name, source in layer.inputs.items()}
    for name, value in parameters.items():
        numbers = value.values() if isinstance(value, Recipe) else value
        tensors[name] = numbers.astype(np.float64)
    return tensors


def evaluate(layer: Layer, tensors: dict[str, np.ndarray]) -> np.ndarray:
    """One layer's output, without the magnitude."""
    if layer.kind in truth.WITH_MAGNITUDE:
        total = truth.linear_sum(layer.kind, tensors, layer.attributes)
        return truth.finish_linear(total, tensors, layer.attributes)
    return truth.compute(layer.kind, layer.attributes, tensors)[0]


def run(
    layers: list[Layer],
    parameters: Parameters,
    inputs: Values,
    after: Callable[[Layer, np.ndarray], np.ndarray] = lambda layer, output: output,
) -> Values:
    """Outputs of all layers; ``after`` may observe or replace each of them."""
    values = dict(inputs)
    for layer in layers:
        tensors = tensors_of(layer, values, parameters.get(layer.name, {}))
        values[layer.name] = after(layer, evaluate(layer, tensors))
    return values
