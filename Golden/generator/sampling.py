"""Which outputs of a big tensor are kept, and sums over all of them."""

import functools
import math

import numpy as np

from . import SEED, arithmetic, philox, recipes

WHOLE_UP_TO = 4096
"""Tensors with at most this many elements are kept whole."""

_PERIMETER = 2048
_CORNERS = 512
_BOUNDARIES = 1024
_INTERIOR = 1024
_PIXEL_TILES = (4, 6, 8, 12, 14, 16, 24, 28, 32, 48, 64, 96, 128)
"""Tile widths whose edges are sampled, in pixels of the flat map, rows and columns."""
_CHANNEL_BLOCK = 16

PROJECTIONS = 8
_PROJECTION_KEY = 0x5EED
_PROJECTION_STREAM = 1000
_CHUNK = 1 << 20


class _Drawer:
    """Uniform integers from one Philox stream."""

    def __init__(self, name: str):
        self._words = philox.words(SEED, recipes.stream_of(name), 1 << 16).astype(np.uint64)
        self._next = 0

    def below(self, limit, count: int) -> np.ndarray:
        """``count`` integers in [0, limit); ``limit`` may be an array of that length."""
        drawn = self._words[self._next : self._next + count]
        assert len(drawn) == count, "the sampler's stream is exhausted"
        self._next += count
        return ((drawn * np.asarray(limit, dtype=np.uint64)) >> np.uint64(32)).astype(np.int64)


def indices(shape, name: str, minimum: int = 4096) -> np.ndarray:
    """Sorted flat indices of the outputs kept of a tensor of this shape.

    The last two axes are the map, all others its planes (channels).  Taken are
    the four corners of planes at channel-block edges, every position of the
    map's perimeter (of 2048 at most) on some plane, positions on both sides of
    tile edges, every plane at least once (of 1024 at most), and random
    positions, until there are at least ``minimum`` with 1024 random ones.
    """
    height, width = shape[-2:]
    planes, area = math.prod(shape[:-2]), height * width
    if planes * area <= minimum:
        return np.arange(planes * area, dtype=np.int64)
    drawer = _Drawer(f"samples/{name}/{'x'.join(map(str, shape))}")
    corner_pixels = np.array([0, width - 1, area - width, area - 1])

    edge_planes = [p for p in range(planes) if p % _CHANNEL_BLOCK in (0, _CHANNEL_BLOCK - 1)]
    edge_planes = np.array(sorted({*edge_planes, planes - 1}))
    corners = (edge_planes[:, None] * area + corner_pixels).reshape(-1)
    if len(corners) > _CORNERS:
        corners = corners[drawer.below(len(corners), _CORNERS)]
    ends = (np.array([[0], [planes - 1]]) * area + corner_pixels).reshape(-1)

    grid = np.arange(area).reshape(height, width)
    perimeter = np.unique(np.concatenate([grid[0], grid[-1], grid[:, 0], grid[:, -1]]))
    if len(perimeter) > _PERIMETER:
        perimeter = perimeter[drawer.below(len(perimeter), _PERIMETER)]
    perimeter = perimeter + drawer.below(planes, len(perimeter)) * area

    def beside_tile_edge(limit: int, count: int) -> np.ndarray:
        tiles = np.array(_PIXEL_TILES)[drawer.below(len(_PIXEL_TILES), count)]
        edges = (drawer.below(limit // tiles + 1, count)) * tiles
        return np.clip(edges - drawer.below(2, count), 0, limit - 1)

    third = _BOUNDARIES // 3
    tile_pixels = np.concatenate(
        [
            beside_tile_edge(area, third),
            beside_tile_edge(height, third) * width + drawer.below(width, third),
            drawer.below(height, third) * width + beside_tile_edge(width, third),
        ]
    )
    boundaries = tile_pixels + drawer.below(planes, len(tile_pixels)) * area

    each = np.arange(planes)
    if planes > _INTERIOR:
        each = drawer.below(planes, _INTERIOR)
    each = each * area + drawer.below(area, len(each))

    chosen = np.unique(np.concatenate([corners, ends, perimeter, boundaries, each]))
    target = min(max(minimum, len(chosen) + _INTERIOR), planes * area)
    while len(chosen) < target:
        more = drawer.below(planes * area, target - len(chosen))
        chosen = np.unique(np.concatenate([chosen, more]))
    return chosen


class _Signs:
    """Signs of the first ``count`` projections, extended as longer tensors ask for them."""

    def __init__(self, count: int):
        self._streams = range(_PROJECTION_STREAM, _PROJECTION_STREAM + count)
        self._bits = np.empty((count, 0), dtype=np.uint8)

    def take(self, first: int, last: int) -> np.ndarray:
        """Signs of elements first..<last as float64 [count, last - first]."""
        known = self._bits.shape[1]
        if last > known:
            length = max(last, 2 * known)
            words = [philox.words(_PROJECTION_KEY, stream, length) for stream in self._streams]
            self._bits = np.stack([(word & 1).astype(np.uint8) for word in words])
        return 1.0 - 2.0 * self._bits[:, first:last]


_signs = functools.cache(_Signs)


def projections(values: np.ndarray, count: int = PROJECTIONS) -> np.ndarray:
    """p_j = sum over all i of s_ij * y_i, as the format defines the signs."""
    flat, signs = values.reshape(-1), _signs(count)
    total = np.zeros(count)
    for first in range(0, flat.size, _CHUNK):
        part = flat[first : first + _CHUNK]
        total = total + arithmetic.matmul(signs.take(first, first + part.size), part[:, None])[:, 0]
    return total
