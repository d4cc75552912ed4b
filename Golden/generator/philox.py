"""Philox4x32-10, the counter-based random generator behind every recipe.

Salmon, Moraes, Dror and Shaw, *Parallel Random Numbers: As Easy as 1, 2, 3*
(SC 2011).  Word ``i`` of a stream is lane ``i mod 4`` of the block whose
counter is ``i // 4``, so any element can be generated alone and in any order.
"""

import numpy as np

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_ROUNDS = 10
_BLOCKS_AT_ONCE = 1 << 15
"""Blocks generated together: few enough for the working set to stay in cache."""


def _rounds(c0, c1, c2, c3, k0: int, k1: int):
    """The ten rounds, on arrays of 32-bit values held in uint64."""
    for _ in range(_ROUNDS):
        product_0 = _MULTIPLIER_0 * c0
        product_1 = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (
            (product_1 >> _SHIFT) ^ c1 ^ np.uint64(k0),
            product_1 & _LOW,
            (product_0 >> _SHIFT) ^ c3 ^ np.uint64(k1),
            product_0 & _LOW,
        )
        k0 = (k0 + _WEYL_0) & 0xFFFFFFFF
        k1 = (k1 + _WEYL_1) & 0xFFFFFFFF
    return c0, c1, c2, c3


def words(key: int, stream: int, count: int) -> np.ndarray:
    """The first ``count`` 32-bit words of ``stream`` under ``key`` (uint32)."""
    blocks = -(-count // 4)
    out = np.empty((blocks, 4), dtype=np.uint32)
    for first in range(0, blocks, _BLOCKS_AT_ONCE):
        last = min(first + _BLOCKS_AT_ONCE, blocks)
        index = np.arange(first, last, dtype=np.uint64)
        low = np.full(index.shape, stream & 0xFFFFFFFF, dtype=np.uint64)
        high = np.full(index.shape, stream >> 32, dtype=np.uint64)
        lanes = _rounds(index & _LOW, index >> _SHIFT, low, high, key & 0xFFFFFFFF, key >> 32)
        for lane, values in enumerate(lanes):
            out[first:last, lane] = values
    return out.reshape(-1)[:count]


def check() -> None:
    """Assert Random123's published check values; raises AssertionError."""
    ones = 0xFFFFFFFF
    known = [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((ones,) * 4, (ones,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ]
    for counter, key, expected in known:
        lanes = _rounds(*(np.array([value], dtype=np.uint64) for value in counter), *key)
        got = " ".join(f"{int(lane[0]):08x}" for lane in lanes)
        assert got == expected, f"Philox4x32-10 gives {got}, Random123 has {expected}"
    # The two high words of the counter carry the stream, the key both halves.
    assert f"{words(0, 0, 1)[0]:08x}" == "6627e8d5"
    assert (words(7, 9, 11)[:5] == words(7, 9, 5)).all()
