"""Parameters of layers by name, and norms folded into the convolutions before them."""

import numpy as np

BN_EPS = 1e-5

Parameters = dict[str, np.ndarray]
"""``<layer>.weight``, ``<layer>.bias``, ``<layer>.bn.weight``, …, float32."""


def has_norm(parameters: Parameters, layer: str) -> bool:
    """Whether a norm follows the layer."""
    return f"{layer}.bn.weight" in parameters


def norm_scale_and_shift(parameters: Parameters, layer: str) -> tuple[np.ndarray, np.ndarray]:
    """A norm as y = scale·x + shift, float64."""
    weight, bias, mean, var = (
        parameters[f"{layer}.bn.{key}"].astype(np.float64)
        for key in ("weight", "bias", "running_mean", "running_var")
    )
    scale = weight / np.sqrt(var + BN_EPS)
    return scale, bias - mean * scale


def folded(
    parameters: Parameters, layer: str, outputs: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias of a convolution with its norm folded in, float32.

    Peers whose converters do so ahead of time are given these.
    """
    weight = parameters[f"{layer}.weight"].astype(np.float64)
    bias = parameters.get(f"{layer}.bias", np.zeros(len(weight))).astype(np.float64)
    if has_norm(parameters, layer):
        scale, shift = norm_scale_and_shift(parameters, layer)
        weight = weight * scale[:, None, None, None]
        bias = bias * scale + shift
    return tuple(
        np.ascontiguousarray(tensor[:outputs], dtype=np.float32) for tensor in (weight, bias)
    )
