#!/usr/bin/env python3
"""Times PyTorch, ONNX Runtime, OpenVINO, ncnn and efgrbench in turns; see README.md beside it."""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

import golden
import measuring
import ours
import tables
import topology
from comparison import Comparison
from errors import ComparisonError, ExitCode
from goals import goals
from peer import PEERS
from worker import Worker

LEAST_ROUNDS = 3


def at_least(least: int):
    """A parser of whole numbers from ``least`` on."""

    def parse(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"{number} is less than {least}")
        return number

    return parse


def peer_keys(text: str) -> list[str]:
    """A parser of peers' names."""
    keys = [key for key in text.split(",") if key]
    for key in keys:
        if key not in PEERS:
            raise argparse.ArgumentTypeError(f'no peer "{key}"; there are {", ".join(PEERS)}')
    if not keys:
        raise argparse.ArgumentTypeError("names no peer")
    return [key for key in PEERS if key in keys]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python3 Tests/Peers/compare.py --threads 2 --layers 'conv4_*,deform*' "
        "--json peers.json",
    )
    add = parser.add_argument
    add("--network", metavar="N", default="efgrnet-vgg16-320-coco", help="(default: %(default)s)")
    add(
        "--threads",
        metavar="n",
        type=at_least(1),
        default=os.cpu_count(),
        help="of every side (default: the machine's cores)",
    )
    add(
        "--peers",
        metavar="a,b",
        type=peer_keys,
        default=list(PEERS),
        help=f"some of {','.join(PEERS)} (default: all)",
    )
    add("--layers", metavar="GLOB", help="also every convolution whose name matches, alone")
    add("--no-network", action="store_true", help="leave the whole network out")
    add(
        "--rounds",
        metavar="n",
        type=at_least(LEAST_ROUNDS),
        default=6,
        help=f"at least {LEAST_ROUNDS}; from 6 on, intervals reach 95 %% (default: %(default)s)",
    )
    add(
        "--inferences",
        metavar="k",
        type=at_least(1),
        default=5,
        help="of the network by a peer in a round, after one to warm up (default: %(default)s)",
    )
    add(
        "--plain-deform",
        action="store_true",
        help="let every peer run plain convolutions in place of deformable ones",
    )
    add(
        "--ours",
        metavar="CMD",
        default=ours.PROGRAM,
        help="our program, run in the repository's root (default: %(default)s)",
    )
    add("--only-peers", action="store_true", help="leave our program out")
    add("--operators", action="store_true", help="also show where ONNX Runtime's time goes")
    add("--json", metavar="FILE", type=Path, help="write everything measured")
    add("--db", metavar="FILE", type=Path, help="also keep it in efgrbench's record")
    add("--run", metavar="ID", help="the run in the record that it belongs to (default: none)")
    options = parser.parse_args()
    try:
        topology.size_and_classes(options.network)
        options.layers = (
            golden.layer_names(options.network, options.layers) if options.layers else []
        )
    except ValueError as error:
        parser.error(str(error))
    if options.no_network and not options.layers:
        parser.error("--no-network without --layers leaves nothing to compare")
    if options.run and not options.db:
        parser.error("--run needs --db")
    if options.operators and "onnxruntime" not in options.peers:
        parser.error("--operators needs the peer onnxruntime")
    return options


def missing_packages(keys: list[str]) -> list[str]:
    """The packages of peers that are not installed."""
    return [PEERS[key].package for key in keys if not PEERS[key].is_installed]


def run(options: argparse.Namespace) -> Comparison:
    """Starts the peers, measures, and stops them."""
    missing = missing_packages(options.peers)
    if missing:
        raise ComparisonError(
            f'not installed: {", ".join(missing)}. "pip install -r Tests/Peers/requirements.txt" '
            "installs all peers; --peers chooses some",
            ExitCode.USAGE,
        )
    side = ours.Ours(options.ours, options.network, options.threads)
    with contextlib.ExitStack() as stack:
        workers = []
        for key in options.peers:
            worker = Worker(key, options.network, options.threads, options.plain_deform)
            stack.callback(worker.close)
            workers.append(worker)
        comparison = measuring.compare(
            options.network,
            options.threads,
            workers,
            None if options.only_peers else side,
            options.rounds,
            options.inferences,
            not options.no_network,
            options.layers,
        )
        if options.operators:
            profiled = next(w for w in workers if w.entry.key == "onnxruntime")
            comparison.operators = profiled.call("operators", options.inferences)
    return comparison


def keep(comparison: Comparison, options: argparse.Namespace) -> None:
    """Writes the report to where it was asked for."""
    report = comparison.to_json() | {"goals": [goal.to_json() for goal in goals(comparison)]}
    text = json.dumps(report, indent=2, allow_nan=False) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        path = options.json or Path(folder) / "peers.json"
        path.write_text(text, encoding="utf-8")
        if options.db:
            side = ours.Ours(options.ours, options.network, options.threads)
            side.attach(path, options.db, options.run)


def main() -> int:
    """Runs the command; returns the exit code."""
    options = arguments()
    try:
        comparison = run(options)
        print(tables.text(comparison))
        keep(comparison, options)
    except ComparisonError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
