"""Recipes: tensors described by a few numbers instead of being stored.

A recipe gives the same float32 values in every language, because it uses
integer operations, exact conversions and at most one rounded multiplication.
"""

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from . import SEED, philox


def stream_of(name: str) -> int:
    """The stream of a named tensor: the first 48 bits of SHA-256 of its name.

    Adding or removing a case therefore leaves the data of all others alone,
    and streams above 2**32 exercise the upper word of the counter.
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "little")


@dataclass(frozen=True)
class Recipe:
    """One generated tensor; ``distribution`` decides which numbers apply."""

    shape: tuple[int, ...]
    distribution: str
    scale: float = 1.0
    range: int = 0
    value: float = 0.0
    key: int = SEED
    stream: int = 0

    def to_json(self) -> dict:
        """The recipe as the ``generated`` entry of a case."""
        entry = {"shape": list(self.shape), "distribution": self.distribution}
        if self.distribution == "constant":
            return entry | {"value": self.value}
        entry |= {"key": self.key, "stream": self.stream}
        if self.distribution in ("integer", "nonnegative_integer"):
            return entry | {"range": self.range}
        return entry | {"scale": self.scale}

    @staticmethod
    def from_json(entry: dict) -> "Recipe":
        """Reads a ``generated`` entry; unknown keys raise TypeError."""
        return Recipe(**(entry | {"shape": tuple(entry["shape"])}))

    def values(self) -> np.ndarray:
        """The tensor, float32."""
        count = math.prod(self.shape)
        if self.distribution == "constant":
            return np.full(self.shape, self.value, dtype=np.float32)
        drawn = philox.words(self.key, self.stream, count)
        if self.distribution in ("uniform", "nonnegative"):
            # Arithmetic shift, exact conversion, exact scaling, one rounding.
            fraction = (drawn.view(np.int32) >> 8).astype(np.float32) * np.float32(2.0**-23)
            out = fraction * np.float32(self.scale)
        elif self.distribution in ("integer", "nonnegative_integer"):
            span = np.uint64(2 * self.range + 1)
            scaled = (drawn.astype(np.uint64) * span) >> np.uint64(32)
            out = (scaled.astype(np.int64) - self.range).astype(np.float32)
        else:
            raise ValueError(f"unknown distribution {self.distribution!r}")
        if self.distribution.startswith("nonnegative"):
            out = np.abs(out)
        return out.reshape(self.shape)


def uniform(name: str, shape, scale: float) -> Recipe:
    """Uniform in (-scale, scale)."""
    return Recipe(tuple(shape), "uniform", scale=scale, stream=stream_of(name))


def nonnegative(name: str, shape, scale: float) -> Recipe:
    """Uniform in [0, scale]."""
    return Recipe(tuple(shape), "nonnegative", scale=scale, stream=stream_of(name))


def integer(name: str, shape, range_: int) -> Recipe:
    """Integers from -range to range."""
    return Recipe(tuple(shape), "integer", range=range_, stream=stream_of(name))


def nonnegative_integer(name: str, shape, range_: int) -> Recipe:
    """Absolute values of integers from -range to range."""
    return Recipe(tuple(shape), "nonnegative_integer", range=range_, stream=stream_of(name))


def constant(shape, value: float) -> Recipe:
    """The same value everywhere."""
    return Recipe(tuple(shape), "constant", value=value)


def weight_scale(fan_in: int) -> float:
    """The power of two nearest to sqrt(6 / fan_in), He's uniform bound.

    A power of two makes every weight an integer times one power of two, so
    the truth needs fewer slices (see ``arithmetic``).
    """
    return 2.0 ** round(math.log2(math.sqrt(6.0 / fan_in)))
