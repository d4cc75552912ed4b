"""Balanced orders of sides, and medians with intervals that hold whatever the distribution."""

import math
import statistics
from dataclasses import asdict, dataclass

CONFIDENCE = 0.95


def order(sides: list[str], index: int) -> list[str]:
    """The order of the sides in a round.

    Every second round is its predecessor reversed, and every pair of rounds starts one
    side later.  So over an even number of rounds each side runs before each other as
    often as after it, and over twice as many rounds as sides each has had every place twice.
    """
    start = index // 2 % len(sides)
    rotated = sides[start:] + sides[:start]
    return rotated[::-1] if index % 2 else rotated


@dataclass(frozen=True)
class Summary:
    """A median with an interval that holds the true one."""

    median: float
    low: float
    high: float
    confidence: float

    @staticmethod
    def of(values: list[float]) -> "Summary":
        """The narrowest pair of order statistics that is wrong in at most 5 % of the cases.

        The median lies outside the (r+1)-th smallest and largest of n values with
        probability 2·P(Binomial(n, 1/2) ≤ r).  Fewer than six values can't reach 95 %:
        then it is the smallest and the largest, with the confidence they have.
        """
        ordered = sorted(values)
        rank, outside = 0, 2 * 0.5 ** len(ordered)
        while True:
            more = outside + 2 * math.comb(len(ordered), rank + 1) * 0.5 ** len(ordered)
            if 1 - more < CONFIDENCE:
                break
            rank, outside = rank + 1, more
        return Summary(
            statistics.median(ordered), ordered[rank], ordered[-1 - rank], max(1 - outside, 0)
        )

    def to_json(self) -> dict:
        return asdict(self)


def geometric_mean(values: list[float]) -> float:
    """Of positive values."""
    return math.exp(math.fsum(map(math.log, values)) / len(values))
