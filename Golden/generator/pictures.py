"""The photographs of the network pack and their way into the network.

All three come with scikit-image and are free of known restrictions on use.
"""

import io
from pathlib import Path

import numpy as np
import skimage
from PIL import Image

from . import truth

NAMES = ("astronaut.png", "chelsea.png", "coffee.png")

LICENCE = """\
# Pictures

The three photographs in this folder are byte-for-byte the files of the same
names in scikit-image's `skimage/data`, whose documentation states:

- `astronaut.png`: Eileen Collins, from the NASA Great Images database
  (https://flic.kr/p/r9qvLn). No known copyright restrictions, released into the
  public domain.
- `chelsea.png`: Chelsea the cat, by Stefan van der Walt. No copyright
  restrictions, CC0 by the photographer.
- `coffee.png`: a cup of coffee, by Rachel Michetti, courtesy of Pikolo Espresso
  Bar. No copyright restrictions, CC0 by the photographer.

CC0: https://creativecommons.org/publicdomain/zero/1.0/
"""

_MEAN_BGR = (104.0, 117.0, 123.0)


def content(name: str) -> bytes:
    """The PNG file as scikit-image ships it."""
    return (Path(skimage.__file__).parent / "data" / name).read_bytes()


def pixels(png: bytes) -> np.ndarray:
    """RGB values, uint8 [height, width, 3]."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def preprocess(rgb: np.ndarray, size: int) -> np.ndarray:
    """[1,3,size,size]: resized (no rounding), BGR, minus the mean."""
    planes = rgb.transpose(2, 0, 1)[None].astype(np.float64)
    resized, _ = truth.compute("resize_bilinear", {"size": [size, size]}, {"input": planes})
    return resized[:, ::-1] - np.array(_MEAN_BGR).reshape(1, 3, 1, 1)
