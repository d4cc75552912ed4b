"""What the golden network pack says: parameters, photograph and true heads.

The pack stores efgrnet-vgg16-320-coco.  Its parameters do not depend on the
picture's size, so they serve the other sizes too; only the truth does not.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx_network import HEADS
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Golden"))

from generator.recipes import Recipe  # noqa: E402
from generator.safetensors_io import read  # noqa: E402

_FILE = ROOT / "Golden" / "network" / "efgrnet-vgg16-320-coco.safetensors"
_MEAN_BGR = (104.0, 117.0, 123.0)


@dataclass(frozen=True)
class Golden:
    """The contents of the network pack that a peer needs."""

    network: str
    parameters: dict[str, np.ndarray]
    """``<layer>.weight``, ``<layer>.bn.bias`` and so on, float32.

    Weights are seeded random numbers; biases and norms are calibrated, so that
    activations, and with them the reach of the offsets, resemble a trained network's.
    """
    heads: dict[str, np.ndarray]
    """True outputs by layer name, float64, whole."""
    picture: Path


def load() -> Golden:
    """Reads the pack and generates its weights; takes a few seconds."""
    stored, metadata = read(_FILE)
    weights = {
        name: Recipe.from_json(entry).values()
        for name, entry in json.loads(metadata["generated"]).items()
    }
    return Golden(
        network=metadata["network"],
        parameters=weights | {k: v for k, v in stored.items() if v.dtype == np.float32},
        heads={name: stored[f"{name}.expected"] for name in HEADS},
        picture=_FILE.parent / metadata["image"],
    )


def preprocess(picture: Path, size: int) -> np.ndarray:
    """[1,3,size,size], float32: resized (bilinear, half-pixel centres), BGR, minus the mean."""
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(np.float64)
    for axis in (0, 1):
        length = pixels.shape[axis]
        position = np.clip((np.arange(size) + 0.5) * length / size - 0.5, 0, length - 1)
        low = np.floor(position).astype(int)
        high = np.minimum(low + 1, length - 1)
        share = np.expand_dims(position - low, tuple({0, 1, 2} - {axis}))
        pixels = pixels.take(low, axis) * (1 - share) + pixels.take(high, axis) * share
    planes = (pixels[..., ::-1] - np.array(_MEAN_BGR)).transpose(2, 0, 1)
    return np.ascontiguousarray(planes[None], dtype=np.float32)
