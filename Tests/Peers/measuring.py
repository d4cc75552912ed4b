"""The rounds: every side in turn, in balanced order."""

import datetime
import os
import sys

import golden
import timing
from comparison import OURS, Comparison, Measured, PeerFacts
from ours import Ours
from peer import DeformConv
from rounds import order
from worker import Description, Worker

CHUNK = 15
"""Layers that a side times before it is the next one's turn: the fewer, the nearer in time
are the times that a ratio compares; but each call of ours costs about two seconds more."""


def compare(
    network: str,
    threads: int,
    workers: list[Worker],
    ours: Ours | None,
    rounds: int,
    inferences: int,
    wants_network: bool,
    layers: list[str],
) -> Comparison:
    """Loads, checks and times; raises ComparisonError."""
    facts = [_facts(worker) for worker in workers]
    lacking = frozenset(p.key for p in facts if p.description.deform_conv is DeformConv.PLAIN)
    whole = _load_network(network, workers, lacking) if wants_network else None
    measured = [_load_layer(network, name, workers, lacking) for name in layers]
    machine = ours.machine() if ours else None
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    load_before = os.getloadavg()[0]

    orders = []
    for index in range(rounds):
        sides = order([worker.entry.key for worker in workers] + ([OURS] if ours else []), index)
        orders.append(sides)
        progress = _Progress(f"round {index + 1} of {rounds}")
        if whole:
            _network_round(whole, sides, workers, ours, inferences, progress)
        _layers_round(measured, sides, workers, ours, progress)
        progress.clear()
    return Comparison(
        network=network,
        threads=threads,
        machine=machine,
        started=started,
        load_before=load_before,
        load_after=os.getloadavg()[0],
        peers=facts,
        orders=orders,
        whole=whole,
        layers=measured,
    )


def _facts(worker: Worker) -> PeerFacts:
    entry = worker.entry
    description: Description = worker.call("describe")
    return PeerFacts(entry.key, entry.title, entry.version, description)


def _load_network(network: str, workers: list[Worker], lacking: frozenset[str]) -> Measured:
    errors = {w.entry.key: w.load("load_network") for w in workers}
    return Measured(network, errors, lacking)


def _load_layer(
    network: str, name: str, workers: list[Worker], lacking: frozenset[str]
) -> Measured:
    case = golden.load_layer(network, name)
    errors = {w.entry.key: w.load("load_layer", name) for w in workers}
    replaced = lacking if case.is_deformable else frozenset()
    return Measured(name, errors, replaced, case.kind, case.macs)


def _network_round(
    whole: Measured,
    sides: list[str],
    workers: list[Worker],
    ours: Ours | None,
    inferences: int,
    progress: "_Progress",
) -> None:
    """Adds a round to the network's."""
    plan = timing.inferences(inferences)
    by_key = {worker.entry.key: worker for worker in workers}
    times = {}
    for side in sides:
        progress.show(f"network, {side}")
        if side == OURS:
            times[side] = ours.time_network()
        else:
            times[side] = by_key[side].call("time", [whole.name], plan)[whole.name]
    whole.rounds.append(times)


def _layers_round(
    layers: list[Measured],
    sides: list[str],
    workers: list[Worker],
    ours: Ours | None,
    progress: "_Progress",
) -> None:
    """Adds a round to each layer's."""
    by_key = {worker.entry.key: worker for worker in workers}
    for start in range(0, len(layers), CHUNK):
        chunk = layers[start : start + CHUNK]
        names = [layer.name for layer in chunk]
        times = {}
        for side in sides:
            progress.show(f"{names[0]} to {names[-1]}, {side}")
            if side == OURS:
                found = ours.time_layers(names)
                times[side] = {name: entry.ns for name, entry in found.items()}
                for layer in chunk:
                    layer.algorithm = found[layer.name].algorithm
            else:
                times[side] = by_key[side].call("time", names, timing.LAYER)
        for layer in chunk:
            layer.rounds.append({side: times[side][layer.name] for side in sides})


class _Progress:
    """One line on a terminal, nothing elsewhere."""

    def __init__(self, head: str):
        self._head = head
        self._is_shown = sys.stderr.isatty()

    def show(self, text: str) -> None:
        if self._is_shown:
            print(f"\r\x1b[K{self._head}: {text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
