"""What the golden packs say: parameters, inputs and truth of the network and of its layers.

The network pack stores efgrnet-vgg16-320-coco.  Its parameters do not depend on
the picture's size, so they serve the other sizes too; only the truth does not.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import topology
from parameters import BN_EPS, Parameters
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Golden"))

from generator.recipes import Recipe  # noqa: E402
from generator.safetensors_io import read  # noqa: E402

_NETWORK_FILE = ROOT / "Golden" / "network" / "efgrnet-vgg16-320-coco.safetensors"
_LAYER_FOLDERS = {
    f"efgrnet-vgg16-{size}-coco": ROOT / "Golden" / f"layers-{size}" for size in (320, 512)
}
_MEAN_BGR = (104.0, 117.0, 123.0)
_LINEAR_KINDS = ("conv2d", "deform_conv2d")


@dataclass(frozen=True)
class NetworkPack:
    """The contents of the network pack that a peer needs."""

    network: str
    parameters: Parameters
    """Weights are seeded random numbers; biases and norms are calibrated, so that
    activations, and with them the reach of the offsets, resemble a trained network's.
    """
    heads: dict[str, np.ndarray]
    """True outputs by layer name, float64, whole."""
    picture: Path


@dataclass(frozen=True)
class LayerCase:
    """One convolution or deformable convolution with its data and sampled truth."""

    layer: str
    kind: str
    stride: int
    dilation: int
    relu: bool
    parameters: Parameters
    inputs: dict[str, np.ndarray]
    """``input``, and ``offset`` of a deformable convolution; float32."""
    output_shape: tuple[int, ...]
    indices: np.ndarray
    """Flat positions in the output where the truth is known."""
    values: np.ndarray
    """The truth there, float64."""

    @property
    def is_deformable(self) -> bool:
        return self.kind == "deform_conv2d"

    @property
    def macs(self) -> int:
        """Multiplications of the direct algorithm."""
        per_output = np.prod(self.parameters[f"{self.layer}.weight"].shape[1:])
        return int(per_output * np.prod(self.output_shape))


def load_network() -> NetworkPack:
    """Reads the network pack and generates its weights; takes a few seconds."""
    stored, metadata = read(_NETWORK_FILE)
    return NetworkPack(
        network=metadata["network"],
        parameters=_generated(metadata)
        | {k: v for k, v in stored.items() if v.dtype == np.float32},
        heads={name: stored[f"{name}.expected"] for name in topology.HEADS},
        picture=_NETWORK_FILE.parent / metadata["image"],
    )


def load_layer(network: str, layer: str) -> LayerCase:
    """Reads a layer's golden; raises ValueError for one that no peer's builder can make."""
    path = _layer_folder(network) / f"{layer}.safetensors"
    stored, metadata = read(path)
    tensors = _generated(metadata) | {k: v for k, v in stored.items() if v.dtype == np.float32}
    inputs = {name: tensors.pop(name) for name in ("input", "offset") if name in tensors}
    attributes = json.loads(metadata["layer"])
    case = LayerCase(
        layer=layer,
        kind=attributes["kind"],
        stride=attributes["stride"][0],
        dilation=attributes["dilation"][0],
        relu=attributes["relu"],
        parameters={f"{layer}.{name}": tensor for name, tensor in tensors.items()},
        inputs=inputs,
        **_truth(stored, metadata),
    )
    _check(case, attributes, path)
    return case


def layer_names(network: str, glob: str) -> list[str]:
    """Every (deformable) convolution with a golden whose name matches, sorted by the network.

    The glob is efgrbench's: ``*``, ``?``, ``{a,b}`` and ``a,b``.  Raises ValueError when
    none matches, or when the network's layers have no goldens.
    """
    folder = _layer_folder(network)
    translated = {"*": ".*", "?": ".", "{": "(?:", "}": ")", ",": "|"}
    pattern = "".join(translated.get(character, re.escape(character)) for character in glob)
    try:
        wanted = re.compile(f"(?:{pattern})")
    except re.error as error:
        raise ValueError(f'"{glob}" is no glob: {error}') from error
    names = [name for name in topology.linear_layers() if wanted.fullmatch(name)]
    if not names:
        raise ValueError(f'no convolution of {network} matches "{glob}"')
    missing = [name for name in names if not (folder / f"{name}.safetensors").exists()]
    if missing:
        raise ValueError(f"{folder.name} has no golden of {', '.join(missing)}")
    return names


def _layer_folder(network: str) -> Path:
    if network not in _LAYER_FOLDERS:
        raise ValueError(f"there are no goldens of {network}'s layers")
    return _LAYER_FOLDERS[network]


def _generated(metadata: dict[str, str]) -> dict[str, np.ndarray]:
    """The tensors that a file describes by recipes."""
    recipes = json.loads(metadata.get("generated", "{}"))
    return {name: Recipe.from_json(entry).values() for name, entry in recipes.items()}


def _truth(stored: dict[str, np.ndarray], metadata: dict[str, str]) -> dict:
    """A case's ``output_shape``, ``indices`` and ``values``; small outputs are stored whole."""
    if "expected" in stored:
        whole = stored["expected"]
        return {
            "output_shape": whole.shape,
            "indices": np.arange(whole.size),
            "values": whole.reshape(-1),
        }
    return {
        "output_shape": tuple(json.loads(metadata["expected_shape"])),
        "indices": stored["expected.indices"],
        "values": stored["expected.values"],
    }


def _check(case: LayerCase, attributes: dict, path: Path) -> None:
    """Refuses what the builders do not express: rectangles, groups, other paddings."""
    kernel = case.parameters[f"{case.layer}.weight"].shape[2:]
    expected = {
        "stride": [case.stride] * 2,
        "dilation": [case.dilation] * 2,
        "padding": [case.dilation * (kernel[0] // 2)] * 2,
        "bn_eps": BN_EPS,
        "groups": 1,
    }
    for key, value in expected.items():
        if attributes.get(key, value) != value:
            raise ValueError(f"{path}: {key} is {attributes[key]}, the builders know {value}")
    if case.kind not in _LINEAR_KINDS or kernel[0] != kernel[1]:
        raise ValueError(f"{path}: {case.kind} with a kernel of {kernel} is not for the builders")


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
