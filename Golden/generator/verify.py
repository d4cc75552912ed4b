"""Recomputing the truth of cases that may come from anyone."""

import json
from pathlib import Path

import numpy as np

from . import network, sampling, truth
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


def case_difference(path: Path) -> float:
    """The largest difference between a file's truth and ours, in magnitudes.

    Without a magnitude the yardstick is max(1, |y|).  Exact cases must be
    equal.  Raises ValueError or KeyError for a malformed file.
    """
    tensors, metadata = read(path)
    if metadata.get("format") == network.FORMAT:
        return network.difference(path)
    layer = json.loads(metadata["layer"])
    kind = layer.pop("kind")
    generated = json.loads(metadata.get("generated", "{}"))
    inputs = {k: v for k, v in tensors.items() if k.split(".")[0] not in _OUTPUTS}
    inputs |= {name: Recipe.from_json(entry).values() for name, entry in generated.items()}
    if not all(np.isfinite(values).all() for values in inputs.values()):
        raise ValueError(f"{path.name}: an input or parameter is not finite")
    expected, magnitude = truth.compute(kind, layer, inputs)
    scale = np.maximum(1.0, np.abs(expected)) if magnitude is None else magnitude + 1e-300
    ours = {"expected": expected, "magnitude": magnitude}
    yardstick = scale
    if "expected.indices" in tensors:
        if list(expected.shape) != json.loads(metadata["expected_shape"]):
            return float("inf")
        chosen = tensors["expected.indices"]
        yardstick = scale.reshape(-1)[chosen]
        ours = {
            f"{name}.values": values.reshape(-1)[chosen]
            for name, values in ours.items()
            if values is not None
        }
    differences = [
        _difference(values, tensors[name], yardstick)
        for name, values in ours.items()
        if values is not None
    ]
    if metadata.get("comparison") == "exact" and max(differences) > 0:
        return float("inf")
    if "projection.values" in tensors:
        stored = tensors["projection.values"]
        sums = sampling.projections(expected, stored.size)
        differences.append(_difference(sums, stored, np.full(sums.shape, scale.sum())))
    return max(differences)


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
    print(
        f"{folder.name}: {len(paths)} cases, {failures} failed, "
        f"largest passing difference {worst:.3g}"
    )
    return bool(paths) and failures == 0
