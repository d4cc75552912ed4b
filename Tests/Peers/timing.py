"""The clock: the same rules as those of ``efgrbench bench``."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

_SAMPLE_SECONDS = 0.0002
"""Shorter calls are repeated within a sample, so that the clock's own cost vanishes."""


@dataclass(frozen=True)
class Plan:
    """How much is enough; seconds."""

    warm_up: float
    """Of calls before the first sample, at least one."""
    budget: float
    """Of samples."""
    least: int = 3
    """At least so many samples, whatever they cost."""


LAYER = Plan(warm_up=0.005, budget=0.05)
"""What ``efgrbench bench --quick`` spends on a layer."""


def inferences(count: int) -> Plan:
    """So many samples of a whole network, after one that is not counted."""
    return Plan(warm_up=0, budget=0, least=count)


def median_ns(run: Callable[[], None], plan: Plan) -> float:
    """Median nanoseconds of a call."""
    elapsed = total = _elapsed(run, 1)
    repetitions = 1
    while elapsed < _SAMPLE_SECONDS * 1e9:
        repetitions = max(2 * repetitions, round(repetitions * _SAMPLE_SECONDS * 1e9 / elapsed))
        elapsed = _elapsed(run, repetitions)
        total += elapsed
    while total < plan.warm_up * 1e9:
        total += _elapsed(run, repetitions)
    samples: list[float] = []
    spent = 0.0
    while len(samples) < plan.least or spent < plan.budget * 1e9:
        elapsed = _elapsed(run, repetitions)
        samples.append(elapsed / repetitions)
        spent += elapsed
    return statistics.median(samples)


def _elapsed(run: Callable[[], None], count: int) -> int:
    """Nanoseconds of ``count`` calls."""
    start = time.perf_counter_ns()
    for _ in range(count):
        run()
    return time.perf_counter_ns() - start
