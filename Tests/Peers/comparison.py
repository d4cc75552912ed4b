"""What was measured, and what follows from it."""

from dataclasses import dataclass, field

from peer import DeformConv
from rounds import Summary, geometric_mean
from worker import Description

SCHEMA = "efgrbench-peers/1"
OURS = "ours"
BEST = "best"
"""The peer with the smallest median, of what is compared."""


@dataclass(frozen=True)
class PeerFacts:
    """One peer as a report describes it."""

    key: str
    title: str
    version: str
    description: Description

    def to_json(self) -> dict:
        return {
            "key": self.key,
            "name": self.title,
            "version": self.version,
            "deform_conv": self.description.deform_conv.value,
            "settings": self.description.settings,
            "call_ns": self.description.call_ns,
        }


@dataclass
class Measured:
    """One network or layer on several sides, round by round."""

    name: str
    errors: dict[str, float | None]
    """Of each peer's outputs, relative to their largest value; None where nothing tells."""
    replaced: frozenset[str] = frozenset()
    """The peers that run a plain convolution in place of a deformable one in here."""
    kind: str = "network"
    macs: int | None = None
    algorithm: str | None = None
    """Of ours, of a layer."""
    rounds: list[dict[str, float]] = field(default_factory=list)
    """Nanoseconds by side."""

    @property
    def peers(self) -> list[str]:
        return list(self.errors)

    def sides(self) -> dict[str, Summary]:
        """Nanoseconds of each side."""
        return {side: Summary.of([ns[side] for ns in self.rounds]) for side in self.rounds[0]}

    def best(self) -> str:
        """The quickest peer, of those that compute the same as we do if there are any."""
        sides = self.sides()
        fair = [peer for peer in self.peers if peer not in self.replaced]
        return min(fair or self.peers, key=lambda peer: sides[peer].median)

    def round_ratios(self, peer: str) -> list[float]:
        """Our time by the peer's in each round; empty when ours was not measured."""
        peer = self.best() if peer == BEST else peer
        return [ns[OURS] / ns[peer] for ns in self.rounds if OURS in ns]

    def ratios(self) -> dict[str, Summary]:
        """Our time by each peer's, and by the best one's."""
        by_peer = {peer: self.round_ratios(peer) for peer in [*self.peers, BEST]}
        return {peer: Summary.of(values) for peer, values in by_peer.items() if values}

    def to_json(self) -> dict:
        report = {"name": self.name, "kind": self.kind}
        if self.macs is not None:
            report |= {"macs": self.macs, "algorithm": self.algorithm}
        return report | {
            "errors": self.errors,
            "replaced": sorted(self.replaced),
            "best": self.best(),
            "rounds": self.rounds,
            "ns": {side: summary.to_json() for side, summary in self.sides().items()},
            "ratios": {peer: summary.to_json() for peer, summary in self.ratios().items()},
        }


@dataclass
class Comparison:
    """One run of ``compare.py``."""

    network: str
    threads: int
    machine: dict | None
    started: str
    load_before: float
    load_after: float
    peers: list[PeerFacts]
    orders: list[list[str]]
    """The order of the sides in each round."""
    whole: Measured | None
    layers: list[Measured]
    operators: list[dict] | None = None

    @property
    def without_deformable(self) -> list[PeerFacts]:
        return [p for p in self.peers if p.description.deform_conv is DeformConv.PLAIN]

    def geometric_means(self, kind: str = "conv2d", least_macs: int = 0) -> dict[str, Summary]:
        """Over the layers of a kind: our time by each peer's, and by the best one's.

        Of each round its own mean, then the median over the rounds.  Left out are peers
        that replaced such layers by others.
        """
        layers = [x for x in self.layers if x.kind == kind and x.macs >= least_macs]
        if not layers or OURS not in layers[0].rounds[0]:
            return {}
        fair = [p for p in layers[0].peers if not any(p in x.replaced for x in layers)]
        means = {}
        for peer in [*fair, BEST]:
            columns = zip(*(layer.round_ratios(peer) for layer in layers), strict=True)
            means[peer] = Summary.of([geometric_mean(list(column)) for column in columns])
        return means

    def to_json(self) -> dict:
        """The report; see README."""
        means = {
            kind: {peer: summary.to_json() for peer, summary in self.geometric_means(kind).items()}
            for kind in ("conv2d", "deform_conv2d")
        }
        return {
            "schema": SCHEMA,
            "network": self.network,
            "threads": self.threads,
            "machine": self.machine,
            "started": self.started,
            "load": {"before": self.load_before, "after": self.load_after},
            "peers": [peer.to_json() for peer in self.peers],
            "left_out": ["priors", "decoding", "nms"],
            "orders": self.orders,
            "whole": self.whole.to_json() if self.whole else None,
            "layers": [layer.to_json() for layer in self.layers],
            "geometric_means": means,
            "operators": self.operators,
        }
