"""Recomputing the truth of cases that may come from anyone."""

import json
from pathlib import Path

import numpy as np

from . import arithmetic, philox, sampling, truth
from .recipes import Recipe
from .safetensors_io import read

TOLERANCE = 1e-12
"""Largest difference of two float64 truths, relative to the magnitude."""

_OUTPUTS = ("expected", "magnitude", "projection")


def _difference(got: np.ndarray, stored: np.ndarray, yardstick: np.ndarray) -> float:
    """The largest |got - stored| / yardstick; infinite for unequal shapes or NaN."""
    if got.shape != stored.shape:
        return float("inf")
    ratio = np.abs(got - stored) / yardstick
    return float("inf") if np.isnan(ratio).any() else float(ratio.max(initial=0.0))


def _projections(values: np.ndarray, count: int) -> np.ndarray:
    """The first ``count`` projections, whatever their number."""
    words = (philox.words(sampling.PROJECTION_KEY, sampling.PROJECTION_STREAM + j, values.size)
             for j in range(count))
    signs = np.stack([1.0 - 2.0 * (stream & 1) for stream in words])
    return arithmetic.matmul(signs, values.reshape(-1, 1))[:, 0]


def case_difference(path: Path) -> float:
    """The largest difference between a case's truth and ours, in magnitudes.

    Without a magnitude the yardstick is max(1, |y|).  Exact cases must be
    equal.  Raises ValueError or KeyError for a malformed file.
    """
    tensors, metadata = read(path)
    layer = json.loads(metadata["layer"])
    kind = layer.pop("kind")
    generated = json.loads(metadata.get("generated", "{}"))
    inputs = {k: v for k, v in tensors.items() if k.split(".")[0] not in _OUTPUTS}
    inputs |= {name: Recipe.from_json(entry).values() for name, entry in generated.items()}
    if not all(np.isfinite(values).all() for values in inputs.values()):
        raise ValueError(f"{path.name}: an input or parameter is not finite")
    expected, magnitude = truth.compute(kind, layer, inputs)
    scale = np.maximum(1.0, np.abs(expected)) if magnitude is None else magnitude + 1e-300
    worst = 0.0
    if "expected" in tensors:
        worst = _difference(expected, tensors["expected"], scale)
        if magnitude is not None:
            worst = max(worst, _difference(magnitude, tensors["magnitude"], scale))
    else:
        if list(expected.shape) != json.loads(metadata["expected_shape"]):
            return float("inf")
        chosen = tensors["expected.indices"]
        part = scale.reshape(-1)[chosen]
        worst = _difference(expected.reshape(-1)[chosen], tensors["expected.values"], part)
        if magnitude is not None:
            sample = magnitude.reshape(-1)[chosen]
            worst = max(worst, _difference(sample, tensors["magnitude.values"], part))
        if "projection.values" in tensors:
            stored = tensors["projection.values"]
            sums = _projections(expected, stored.size)
            worst = max(worst, _difference(sums, stored, np.full(sums.shape, scale.sum())))
    if metadata.get("comparison") == "exact" and worst > 0:
        return float("inf")
    return worst


def verify(folder: Path) -> bool:
    """Recomputes every case in a folder, prints a line for each that differs."""
    paths = sorted(folder.rglob("*.safetensors"))
    failures, worst = 0, 0.0
    for path in paths:
        try:
            difference = case_difference(path)
        except (ValueError, KeyError, TypeError, RuntimeError) as error:
            print(f"refused  {path.name}: {error}")
            failures += 1
            continue
        if difference > TOLERANCE:
            print(f"differs  {path.name}: by {difference:.3g} of the magnitude")
            failures += 1
        else:
            worst = max(worst, difference)
    print(f"{folder.name}: {len(paths)} cases, {failures} failed, "
          f"largest passing difference {worst:.3g}")
    return bool(paths) and failures == 0
