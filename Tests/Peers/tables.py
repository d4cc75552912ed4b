"""A comparison in words and tables."""

from comparison import BEST, OURS, Comparison, Measured
from goals import goals
from ours import BACKEND
from rounds import Summary


def text(comparison: Comparison) -> str:
    """Everything but the rounds."""
    parts = [_head(comparison)]
    if comparison.whole:
        parts.append(_whole(comparison, comparison.whole))
    if comparison.layers:
        parts.append(_layers(comparison))
        parts += [
            _means(comparison, kind, words)
            for kind, words in (
                ("conv2d", "convolutions"),
                ("deform_conv2d", "deformable convolutions"),
            )
            if comparison.geometric_means(kind)
        ]
    if comparison.operators:
        parts.append(_operators(comparison.operators))
    reached = goals(comparison)
    if reached:
        rows = [[g.name, g.target, g.measured, "met" if g.is_met else "NOT MET"] for g in reached]
        parts.append(_table(["goal", "target", "measured", ""], rows, "<<<<"))
    return "\n\n".join(parts)


def _head(comparison: Comparison) -> str:
    threads = "1 thread" if comparison.threads == 1 else f"{comparison.threads} threads"
    lines = [
        f"{comparison.network}, {threads}, {len(comparison.orders)} rounds, load "
        f"{comparison.load_before:.1f} before and {comparison.load_after:.1f} after",
        "The peers compute all layers up to the heads and their softmax, not decoding and NMS.",
    ]
    for peer in comparison.peers:
        lines.append(
            f"{peer.title} {peer.version}: a call costs {peer.description.call_ns * 1e-3:.1f} µs."
        )
    for peer in comparison.without_deformable:
        lines.append(
            f"{peer.title.upper()} RUNS NO DEFORMABLE CONVOLUTION: plain dilated ones of the same "
            "shapes take their place, marked *."
        )
    return "\n".join(lines)


def _whole(comparison: Comparison, whole: Measured) -> str:
    sides, ratios = whole.sides(), whole.ratios()
    rows = []
    for key, title in _titles(comparison, whole).items():
        row = [title, _ms(sides[key].median), f"{_ms(sides[key].low)} … {_ms(sides[key].high)}"]
        row.append(_ratio(ratios.get(key)))
        row.append(_error(whole, key))
        rows.append(row)
    confidence = sides[whole.best()].confidence
    heads = ["whole network", "ms", f"{confidence:.1%} interval", "ours / it", "error"]
    return _table(heads, rows, "<>>>>")


def _titles(comparison: Comparison, measured: Measured) -> dict[str, str]:
    """The sides that were measured, ours last; a mark where a layer was replaced."""
    titles = {
        peer.key: peer.title + ("*" if peer.key in measured.replaced else "")
        for peer in comparison.peers
    }
    return titles | ({OURS: f"efgrbench, {BACKEND}"} if OURS in measured.rounds[0] else {})


def _error(measured: Measured, key: str) -> str:
    error = measured.errors.get(key)
    return "" if key == OURS else "no truth" if error is None else f"{error:.1e}"


def _layers(comparison: Comparison) -> str:
    peers = [peer.key for peer in comparison.peers]
    has_ours = OURS in comparison.layers[0].rounds[0]
    rows = []
    for layer in comparison.layers:
        sides, ratios = layer.sides(), layer.ratios()
        cells = [
            f"{sides[key].median * 1e-3:.1f}" + ("*" if key in layer.replaced else "")
            for key in [*peers, *([OURS] if has_ours else [])]
        ]
        errors = [error for error in layer.errors.values() if error is not None]
        worst = f"{max(errors):.0e}" if errors else "no truth"
        gflop = f"{2e-9 * layer.macs:.3f}"
        ratio = [_ratio(ratios[BEST])] if has_ours else []
        rows.append([layer.name, gflop, *cells, *ratio, layer.best(), worst])
    heads = ["layer, µs", "GFLOP", *peers, *([OURS, "ours / best"] if has_ours else [])]
    heads += ["best", "peers' error"]
    return _table(heads, rows, "<" + ">" * (len(heads) - 3) + "<>")


def _means(comparison: Comparison, kind: str, words: str) -> str:
    titles = {peer.key: peer.title for peer in comparison.peers}
    titles[BEST] = "the best of each"
    rows = [[titles[key], _ratio(mean)] for key, mean in comparison.geometric_means(kind).items()]
    return _table([f"{words}: ours / it, geometric mean", "ratio"], rows, "<>")


def _operators(operators: list[dict]) -> str:
    """Where ONNX Runtime's time goes."""
    total = sum(entry["ns"] for entry in operators)
    rows = [
        [entry["operator"], str(entry["nodes"]), _ms(entry["ns"]), f"{entry['ns'] / total:.1%}"]
        for entry in operators
    ]
    return _table(["ONNX Runtime's operator", "nodes", "ms", "share"], rows, "<>>>")


def _ms(ns: float) -> str:
    return f"{ns * 1e-6:.1f}"


def _ratio(summary: Summary | None) -> str:
    if summary is None:
        return ""
    return f"{summary.median:.3f} ({summary.low:.3f} … {summary.high:.3f})"


def _table(heads: list[str], rows: list[list[str]], alignments: str) -> str:
    """Columns as wide as they must be."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:{alignment}{width}}"
            for cell, alignment, width in zip(row, alignments, widths, strict=True)
        ).rstrip()
        for row in [heads, *rows]
    )
