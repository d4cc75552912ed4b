"""The network pack: efgrnet-vgg16-320-coco on a photograph, in float64 throughout."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from . import calibration, catalogue, forward, pictures, recipes, sampling, truth
from .cases import provenance
from .recipes import Recipe
from .safetensors_io import read, to_json, write

FORMAT = "efgrnet-network/1"
SIZE = 320
PICTURE = "astronaut.png"

_WHOLE = ("objectness.loc", "objectness.conf", "head.loc", "head.conf", "detections")
"""Outputs kept whole whatever their size."""
_SAMPLES = 2048

_LEAST_MARGIN = {"score": 1e-4, "objectness": 1e-4, "iou": 1e-4, "gap": 1e-6}
_DETECTIONS = range(20, 151)

_NOISE = 2.0**-20
"""Relative disturbance of every activation that must not change the detections."""

_TORCH_TOLERANCE = 1e-11


def _inputs(png: bytes, layers: list[catalogue.Layer]) -> forward.Values:
    """The preprocessed picture and its size as the scale of its boxes."""
    rgb = pictures.pixels(png)
    height, width = rgb.shape[:2]
    priors = next(layer for layer in layers if layer.name == "priors")
    scale = np.tile([width, height, width, height], (1, priors.shape[1], 1)).astype(np.float64)
    return {catalogue.IMAGE: pictures.preprocess(rgb, SIZE), catalogue.PIXEL_SCALE: scale}


def _margins(layers: list[catalogue.Layer], values: forward.Values) -> dict[str, float]:
    """How clear the detections' decisions are (see ``truth.suppress``)."""
    detections = layers[-1]
    inputs = (forward.view(source, values) for source in detections.sources)
    return truth.suppress(*inputs, detections.attributes)[1]


def _torch_deform(tensors: dict[str, np.ndarray], layer: catalogue.Layer) -> torch.Tensor:
    """The deformable sum through ``grid_sample``: a second implementation."""
    x, weight = torch.from_numpy(tensors["input"]), torch.from_numpy(tensors["weight"])
    height, width = x.shape[2:]
    dilation = layer.attributes["dilation"][0]
    rows = torch.arange(height, dtype=torch.float64)[:, None]
    columns = torch.arange(width, dtype=torch.float64)[None, :]
    total = torch.zeros(layer.shape, dtype=torch.float64)
    for tap in range(9):
        offset_y, offset_x = torch.from_numpy(tensors["offset"][0, 2 * tap : 2 * tap + 2])
        y = rows + (tap // 3 - 1) * dilation + offset_y
        x_position = columns + (tap % 3 - 1) * dilation + offset_x
        grid = torch.stack([x_position / (width - 1) * 2 - 1, y / (height - 1) * 2 - 1], dim=-1)
        sampled = functional.grid_sample(x, grid[None], padding_mode="zeros", align_corners=True)
        total += torch.einsum("oc,nchw->nohw", weight[:, :, tap // 3, tap % 3], sampled)
    return total


def _assert_torch_agrees(layers, parameters: forward.Parameters, values: forward.Values) -> None:
    """Every convolution again, by PyTorch's float64 operators, from its true input."""
    for layer in layers:
        if layer.kind not in truth.WITH_MAGNITUDE:
            continue
        tensors = forward.tensors_of(layer, values, parameters[layer.name])
        if layer.kind == "conv2d":
            geometry = (tuple(layer.attributes[k]) for k in ("stride", "padding", "dilation"))
            wide = [torch.from_numpy(tensors[name]) for name in ("input", "weight")]
            total = functional.conv2d(*wide, None, *geometry)
        else:
            total = _torch_deform(tensors, layer)
        other = truth.finish_linear(total.numpy(), tensors, layer.attributes)
        worst = np.abs(other - values[layer.name]).max()
        assert worst <= _TORCH_TOLERANCE, f"{layer.name}: PyTorch differs by {worst:.3g}"


def _assert_stable(layers, parameters, inputs: forward.Values, detections: np.ndarray) -> None:
    """The same boxes of the same classes with every activation disturbed by _NOISE."""

    def disturb(layer: catalogue.Layer, output: np.ndarray) -> np.ndarray:
        if layer.kind in ("nms", "prior_box"):
            return output
        noise = recipes.uniform(f"noise/{layer.name}", output.shape, _NOISE).values()
        return output * (1.0 + noise)

    disturbed = forward.run(layers, parameters, inputs, disturb)["detections"]
    assert disturbed.shape == detections.shape, "detections appear or vanish under noise"
    assert (disturbed[:, 0] == detections[:, 0]).all(), "classes change under noise"
    assert np.abs(disturbed[:, 2:] - detections[:, 2:]).max() < 0.1, "boxes move under noise"


def _truth_tensors(values: forward.Values, names: list[str]) -> dict[str, np.ndarray]:
    """``<name>.expected``, or ``<name>.indices`` and ``<name>.values``."""
    tensors = {}
    for name in names:
        value = values[name]
        if name in _WHOLE or value.size <= _SAMPLES:
            tensors[f"{name}.expected"] = value
        else:
            chosen = sampling.indices(value.shape, f"network/{name}", _SAMPLES)
            tensors[f"{name}.indices"] = chosen
            tensors[f"{name}.values"] = value.reshape(-1)[chosen]
    return tensors


def _print_summary(layers, values: forward.Values, margins: dict[str, float]) -> None:
    """Ranges that show at a glance whether the network is alive."""
    detections = values["detections"]
    largest = max(np.abs(values[layer.name]).max() for layer in layers if layer.kind == "conv2d")
    reach = [float(values[f"offset{level}"].max()) for level in (1, 2, 3, 4)]
    threshold = layers[-1].attributes["score_threshold"]
    objects = values["objectness.scores"][0, :, 1] > layers[-1].attributes["objectness_threshold"]
    candidates = int((values["scores"][0, objects, 1:] > threshold).sum())
    print(
        f"  {len(detections)} detections of {len(set(detections[:, 0]))} classes, "
        f"from {candidates} candidates of {int(objects.sum())} objects"
    )
    print(f"  largest activation {largest:.1f}, largest offsets {[round(r, 2) for r in reach]}")
    print("  margins " + ", ".join(f"{key} {value:.3g}" for key, value in margins.items()))


def write_pack(folder: Path, pack: str) -> None:
    """Writes the pictures, their licence and the network's file."""
    for name in pictures.NAMES:
        (folder / name).write_bytes(pictures.content(name))
    (folder / "PICTURES.md").write_text(pictures.LICENCE, encoding="utf-8")

    layers = catalogue.network(SIZE)
    png = pictures.content(PICTURE)
    inputs = _inputs(png, layers)
    parameters, values = calibration.calibrate(layers, inputs)
    calibration.tune_background(layers, parameters, values)
    values = forward.run(layers, parameters, inputs)

    margins = _margins(layers, values)
    for key, least in _LEAST_MARGIN.items():
        assert margins[key] > least, f"the network's {key} margin is {margins[key]}"
    assert len(values["detections"]) in _DETECTIONS, f"{len(values['detections'])} detections"
    _assert_torch_agrees(layers, parameters, values)
    _assert_stable(layers, parameters, inputs, values["detections"])
    _print_summary(layers, values, margins)

    flat = {
        f"{layer}.{name}": value
        for layer, tensors in parameters.items()
        for name, value in tensors.items()
    }
    tensors = {name: value for name, value in flat.items() if not isinstance(value, Recipe)}
    names = [catalogue.IMAGE] + [layer.name for layer in layers]
    tensors |= _truth_tensors(values, names)
    generated = {k: v.to_json() for k, v in flat.items() if isinstance(v, Recipe)}
    metadata = {
        "format": FORMAT,
        "network": catalogue.network_name(SIZE),
        "image": PICTURE,
        "image_sha256": hashlib.sha256(png).hexdigest(),
        "generated": to_json(generated),
        "shapes": to_json({name: list(values[name].shape) for name in names}),
        "margins": to_json(margins),
        "provenance": to_json(provenance(pack)),
    }
    write(folder / f"{catalogue.network_name(SIZE)}.safetensors", tensors, metadata)


def difference(path: Path) -> float:
    """The largest difference of a network file's truth from ours, recomputed.

    Relative to max(1, |y|); infinite when a shape differs.
    """
    stored, metadata = read(path)
    layers = catalogue.network(SIZE)
    generated = json.loads(metadata["generated"])
    parameters: forward.Parameters = {}
    for layer in layers:
        names = {name: f"{layer.name}.{name}" for name in layer.parameters}
        parameters[layer.name] = {
            name: Recipe.from_json(generated[full]) if full in generated else stored[full]
            for name, full in names.items()
        }
    values = forward.run(
        layers, parameters, _inputs((path.parent / metadata["image"]).read_bytes(), layers)
    )
    worst = 0.0
    for name in json.loads(metadata["shapes"]):
        value = values[name]
        if f"{name}.expected" in stored:
            expected = stored[f"{name}.expected"]
        else:
            expected = stored[f"{name}.values"]
            value = value.reshape(-1)[stored[f"{name}.indices"]]
        if value.shape != expected.shape:
            return float("inf")
        ratio = np.abs(value - expected) / np.maximum(1.0, np.abs(expected))
        worst = max(worst, float(ratio.max(initial=0.0)))
    return worst
