"""nms cases whose every decision is clear in float32 as in float64."""

from collections.abc import Callable

import numpy as np

from . import builders, recipes, truth
from .cases import Case

MARGIN = {"score": 1e-6, "objectness": 1e-6, "iou": 1e-4, "gap": 0.0}
"""What every nms case keeps clear of (see ``truth.suppress``).

The inputs are float32, so comparing two scores is exact in either precision:
a gap need only be positive.  A threshold such as 0.01 is rounded by 2**-25 of
itself at most.  IoU is computed, with a rounding error of a few 2**-24.
"""

_ATTEMPTS = 200


def case(name: str, boxes: np.ndarray, scores, objectness, **changes) -> Case | None:
    """The case, or None when a decision is less clear than MARGIN.

    ``scores`` and ``objectness`` are recipes or arrays; ``changes`` replace
    attributes of ``builders.NMS``.
    """
    attributes = builders.NMS | changes
    tensors = {"input": boxes.astype(np.float32), "input.1": scores, "input.2": objectness}
    made = Case(name, "nms", attributes, tensors)
    wide = [values.astype(np.float64) for values in made.values().values()]
    detections, margins = truth.suppress(*wide, attributes)
    clear = all(margins[key] > least for key, least in MARGIN.items())
    return made if clear and len(detections) else None


def first_clear(make: Callable[[str], Case | None], name: str) -> Case:
    """The first clear case of ``make(salt)``, salts being ``name/0``, ``name/1`` ...

    Raises AssertionError when none of 200 is clear.
    """
    for attempt in range(_ATTEMPTS):
        made = make(f"{name}/{attempt}")
        if made is not None:
            return made
    raise AssertionError(f"{name}: no clear data in {_ATTEMPTS} attempts")


def random_boxes(salt: str, count: int, extent, sizes, grid: float) -> np.ndarray:
    """Corners in pixels, [count, 4], rounded to a grid.

    ``extent`` is the picture's size and ``sizes`` the least and greatest box
    side.  On a coarse grid IoU takes few values, none of them near 0.45.
    """
    drawn = recipes.nonnegative(f"{salt}/boxes", (count, 4), 1.0).values().astype(np.float64)
    size = np.rint((sizes[0] + (sizes[1] - sizes[0]) * drawn[:, 2:]) / grid) * grid
    corner = np.rint((extent - size) * drawn[:, :2] / grid) * grid
    return np.concatenate([corner, corner + size], axis=1)
