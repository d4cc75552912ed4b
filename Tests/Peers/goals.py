"""What this project set out to reach beside its peers."""

from dataclasses import dataclass

from comparison import BEST, OURS, Comparison, Measured
from rounds import Summary

_WHOLE = {
    ("efgrnet-vgg16-320-coco", 2): (("ncnn", 0.75), ("onnxruntime", 0.45)),
    ("efgrnet-vgg16-320-coco", 1): (("ncnn", 0.80),),
    ("efgrnet-vgg16-512-coco", 2): ((BEST, 0.80),),
}
"""By network and threads: our time is to be at most so much of a peer's."""

_MEAN_SPEED = 1.3
"""Of the convolutions: the best peer's time by ours, geometric mean."""
_DEFORMABLE_SPEED = 1.5
"""Of each deformable convolution: ONNX Runtime's time by ours."""
_SIZEABLE_MACS = 50_000_000
"""0.1 GFLOP: below it, a peer's time is to a good part the cost of a call."""


@dataclass(frozen=True)
class Goal:
    """A target with what was measured."""

    name: str
    target: str
    measured: str
    is_met: bool

    def to_json(self) -> dict:
        return {
            "name": self.name,
            "target": self.target,
            "measured": self.measured,
            "met": self.is_met,
        }


def goals(comparison: Comparison) -> list[Goal]:
    """Those that the comparison tells of."""
    return [
        *_whole_goals(comparison),
        *_each_layer(comparison),
        *_mean(comparison, "all convolutions", 0),
        *_mean(comparison, "convolutions of 0.1 GFLOP or more", _SIZEABLE_MACS),
        *_deformable(comparison),
    ]


def _whole_goals(comparison: Comparison) -> list[Goal]:
    if not comparison.whole:
        return []
    ratios = comparison.whole.ratios()
    return [
        Goal(
            f"whole network / {_title(comparison, comparison.whole, peer)}",
            f"≤ {target:.2f}",
            _text(ratios[peer]),
            ratios[peer].median <= target,
        )
        for peer, target in _WHOLE.get((comparison.network, comparison.threads), ())
        if peer in ratios
    ]


def _title(comparison: Comparison, measured: Measured, peer: str) -> str:
    """A peer in words."""
    titles = {facts.key: facts.title for facts in comparison.peers}
    return f"the best peer, {titles[measured.best()]}" if peer == BEST else titles[peer]


def _each_layer(comparison: Comparison) -> list[Goal]:
    convolutions = [layer for layer in comparison.layers if layer.kind == "conv2d"]
    if not convolutions or OURS not in convolutions[0].rounds[0]:
        return []
    ratios = {layer.name: layer.ratios()[BEST].median for layer in convolutions}
    slowest = max(ratios, key=ratios.__getitem__)
    reached = sum(ratio <= 1 for ratio in ratios.values())
    return [
        Goal(
            "each convolution / its best peer",
            "≤ 1",
            f"{reached} of {len(ratios)}, at most {ratios[slowest]:.2f} ({slowest})",
            reached == len(ratios),
        )
    ]


def _mean(comparison: Comparison, which: str, least_macs: int) -> list[Goal]:
    means = comparison.geometric_means("conv2d", least_macs)
    if not means:
        return []
    speed = _inverse(means[BEST])
    return [
        Goal(
            f"best peer / ours, geometric mean of {which}",
            f"≥ {_MEAN_SPEED:.2f}",
            _text(speed),
            speed.median >= _MEAN_SPEED,
        )
    ]


def _deformable(comparison: Comparison) -> list[Goal]:
    found = []
    for layer in comparison.layers:
        is_fair = "onnxruntime" in layer.ratios() and "onnxruntime" not in layer.replaced
        if layer.kind == "deform_conv2d" and is_fair:
            speed = _inverse(layer.ratios()["onnxruntime"])
            found.append(
                Goal(
                    f"{layer.name}: ONNX Runtime / ours",
                    f"≥ {_DEFORMABLE_SPEED:.2f}",
                    _text(speed),
                    speed.median >= _DEFORMABLE_SPEED,
                )
            )
    return found


def _inverse(ratio: Summary) -> Summary:
    return Summary(1 / ratio.median, 1 / ratio.high, 1 / ratio.low, ratio.confidence)


def _text(ratio: Summary) -> str:
    return f"{ratio.median:.3f} ({ratio.low:.3f} … {ratio.high:.3f})"
