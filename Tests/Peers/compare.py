#!/usr/bin/env python3
"""Times ONNX Runtime and efgrbench on a whole network, in turns; see Tests/Peers/README.md."""

import argparse
import json
import math
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import golden
import numpy as np
import onnx_network
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as OperatorMissing

SCHEMA = "efgrbench-peers/1"
BENCH_SCHEMA = "efgrbench-bench/1"
BACKEND = "tiled"
OURS = (
    f".build/release/efgrbench bench --network {{network}} --backends {BACKEND} "
    "--threads {threads} --end-to-end --json {json}"
)
LEAST_ROUNDS = 7
CONFIDENCE = 0.95

AGREEMENT = 1e-3
"""Largest error of a head, relative to its largest value, of the same network.

Not a bound of rounding: it tells a right model from a wrong one.  Rounding in float32
through all layers moves the heads by 1e-5; plain in place of deformable convolutions by 0.4.
"""


class ComparisonError(Exception):
    """A sentence for the user, and the exit code of efgrbench that fits."""

    def __init__(self, message: str, code: int):
        super().__init__(message)
        self.code = code


class Peer:
    """ONNX Runtime's CPU provider with a network loaded."""

    name = f"ONNX Runtime {onnxruntime.__version__}"

    def __init__(self, network: str, parameters: onnx_network.Parameters, threads: int):
        self.network = network
        self.parameters = parameters
        self.threads = threads
        self.deformable = True
        try:
            self.session = self._session()
        except OperatorMissing:
            self.deformable = False
            self.session = self._session()

    def _session(self, profile: Path | None = None) -> onnxruntime.InferenceSession:
        """A session; with ``profile``, one that writes its times to files of that prefix."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        if profile:
            options.enable_profiling = True
            options.profile_file_prefix = str(profile)
        model = onnx_network.build(self.network, self.parameters, self.deformable)
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def run(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """One inference."""
        values = self.session.run(list(onnx_network.OUTPUTS), {onnx_network.IMAGE: image})
        return dict(zip(onnx_network.OUTPUTS, values, strict=True))

    def time(self, image: np.ndarray, inferences: int) -> float:
        """Median nanoseconds of some inferences, after one that is not counted."""
        self.run(image)
        times = []
        for _ in range(inferences):
            start = time.perf_counter_ns()
            self.run(image)
            times.append(time.perf_counter_ns() - start)
        return statistics.median(times)

    def operators(self, image: np.ndarray, inferences: int) -> list[dict]:
        """Operators after ONNX Runtime's own rewriting: nodes and time per inference."""
        with tempfile.TemporaryDirectory() as folder:
            session = self._session(Path(folder) / "profile")
            for _ in range(inferences):
                session.run(None, {onnx_network.IMAGE: image})
            events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
        nodes, times = {}, Counter()
        for event in events:
            if event["cat"] == "Node" and event["name"].endswith("_kernel_time"):
                operator = event["args"]["op_name"]
                nodes.setdefault(operator, set()).add(event["name"])
                times[operator] += event["dur"] * 1000 / inferences
        return [
            {"operator": operator, "nodes": len(nodes[operator]), "ns": ns}
            for operator, ns in times.most_common()
        ]


def head_error(peer: Peer, pack: golden.Golden, image: np.ndarray) -> float | None:
    """The largest error of a head relative to its largest value; None without truth to compare."""
    if peer.network != pack.network or not peer.deformable:
        return None
    values = peer.run(image)
    error = max(
        float(np.abs(values[name] - truth).max() / np.abs(truth).max())
        for name, truth in pack.heads.items()
    )
    if not error <= AGREEMENT:
        raise ComparisonError(f"{peer.name}'s heads are off by {error:.2g} of their size", 10)
    return error


def our_words(command: str, network: str, threads: int, report: Path) -> list[str]:
    """Our command with its fields filled in; raises ValueError when it has others."""
    fields = {"network": network, "threads": threads, "json": report}
    try:
        return [word.format(**fields) for word in shlex.split(command)]
    except (KeyError, IndexError) as error:
        raise ValueError(f"--ours knows {{network}}, {{threads}}, {{json}}, not {error}") from error


def time_ours(command: str, network: str, threads: int) -> float:
    """Nanoseconds of our tiled backend on the whole network, by one call of efgrbench."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "bench.json"
        words = our_words(command, network, threads, report)
        try:
            done = subprocess.run(
                words, cwd=golden.ROOT, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise ComparisonError(f"{words[0]} does not start: {error.strerror}", 64) from error
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-1:]
            raise ComparisonError(
                f"{shlex.join(words)} exits with {done.returncode}: {' '.join(last)}", 70
            )
        try:
            return end_to_end(json.loads(report.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ComparisonError(
                f"the report of {words[0]} is of no use: {error!r}", 65
            ) from error


def end_to_end(report: dict) -> float:
    """``network_total``'s end_to_end_ns of our backend; raises ValueError, KeyError, TypeError."""
    if report["schema"] != BENCH_SCHEMA:
        raise ValueError(f"schema {report['schema']}")
    found = [x["end_to_end_ns"] for x in report["network_total"] if x["backend"] == BACKEND]
    if len(found) != 1 or not found[0] > 0:
        raise ValueError(f"{len(found)} end-to-end times of {BACKEND}: {found}")
    return float(found[0])


@dataclass(frozen=True)
class Summary:
    """A median with an interval that holds the true one whatever the distribution."""

    median: float
    low: float
    high: float
    confidence: float

    @staticmethod
    def of(values: list[float]) -> "Summary":
        """The narrowest pair of order statistics that is wrong in at most 5 % of the cases.

        The median lies outside the (r+1)-th smallest and largest of n values with
        probability 2·P(Binomial(n, 1/2) ≤ r).
        """
        ordered = sorted(values)
        rank, outside = 0, 2 * 0.5 ** len(ordered)
        while True:
            more = outside + 2 * math.comb(len(ordered), rank + 1) * 0.5 ** len(ordered)
            if 1 - more < CONFIDENCE:
                break
            rank, outside = rank + 1, more
        return Summary(statistics.median(ordered), ordered[rank], ordered[-1 - rank], 1 - outside)


def measure(peer: Peer, image: np.ndarray, options: argparse.Namespace) -> list[dict]:
    """The rounds, in the order peer, ours, ours, peer, peer, …; only the peer's if so asked."""
    runs = {"peer": lambda: peer.time(image, options.inferences)}
    if not options.only_peer:
        runs["ours"] = lambda: time_ours(options.ours, options.network, options.threads)
    rounds = []
    for index in range(options.rounds):
        order = list(runs) if index % 2 == 0 else list(runs)[::-1]
        times = {f"{name}_ns": runs[name]() for name in order}
        rounds.append({"order": order} | times)
        if sys.stderr.isatty():
            print(f"\rround {index + 1} of {options.rounds}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return rounds


def summaries(rounds: list[dict]) -> dict[str, Summary]:
    """Of each side's times and of the rounds' ratios, as far as they were measured."""
    columns = {
        side: [entry[side] for entry in rounds]
        for side in ("peer_ns", "ours_ns")
        if side in rounds[0]
    }
    if "ours_ns" in columns:
        columns["ratio"] = [entry["ours_ns"] / entry["peer_ns"] for entry in rounds]
    return {name: Summary.of(values) for name, values in columns.items()}


def print_table(peer: Peer, results: dict[str, Summary]) -> None:
    """Milliseconds and the ratio, aligned."""
    rows = {
        "peer_ns": (peer.name, lambda ns: f"{ns * 1e-6:8.1f} ms"),
        "ours_ns": (f"efgrbench, {BACKEND}", lambda ns: f"{ns * 1e-6:8.1f} ms"),
        "ratio": ("ours / ONNX Runtime", lambda ratio: f"{ratio:8.3f}   "),
    }
    confidence = next(iter(results.values())).confidence
    print(f"{'':22}  {'median':>11}  {confidence:.1%} interval of the median")
    for key, result in results.items():
        label, text = rows[key]
        interval = f"{text(result.low)} … {text(result.high)}"
        print(f"{label:22}  {text(result.median)}  {interval}".rstrip())


def print_operators(operators: list[dict]) -> None:
    """Where ONNX Runtime's time goes."""
    total = sum(entry["ns"] for entry in operators)
    print(f"\n{'operator':22}  {'nodes':>5}  {'time':>11}  {'share':>6}")
    for entry in operators:
        time_and_share = f"{entry['ns'] * 1e-6:8.1f} ms  {entry['ns'] / total:6.1%}"
        print(f"{entry['operator']:22}  {entry['nodes']:5}  {time_and_share}")


def at_least(least: int):
    """A parser of whole numbers from ``least`` on."""

    def parse(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"{number} is less than {least}")
        return number

    return parse


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python3 Tests/Peers/compare.py --threads 2 --rounds 12 --json peers.json",
    )
    add = parser.add_argument
    add("--network", metavar="N", default="efgrnet-vgg16-320-coco", help="(default: %(default)s)")
    add(
        "--threads",
        metavar="n",
        type=at_least(1),
        default=os.cpu_count(),
        help="of either side (default: the machine's cores)",
    )
    add(
        "--rounds",
        metavar="n",
        type=at_least(LEAST_ROUNDS),
        default=8,
        help=f"at least {LEAST_ROUNDS} (default: %(default)s)",
    )
    add(
        "--inferences",
        metavar="k",
        type=at_least(1),
        default=5,
        help="of ONNX Runtime in a round, after one to warm up (default: %(default)s)",
    )
    add(
        "--ours",
        metavar="CMD",
        default=OURS,
        help="our command, run in the repository's root; it writes its report to {json} "
        "(default: %(default)s)",
    )
    add("--only-peer", action="store_true", help="leave our program out")
    add("--operators", action="store_true", help="also show where ONNX Runtime's time goes")
    add("--json", metavar="FILE", type=Path, help="write everything measured")
    options = parser.parse_args()
    try:
        onnx_network.size_and_classes(options.network)
        our_words(options.ours, options.network, options.threads, Path())
    except ValueError as error:
        parser.error(str(error))
    return options


def compare(options: argparse.Namespace) -> dict:
    """Measures, prints and returns the report."""
    pack = golden.load()
    image = golden.preprocess(pack.picture, onnx_network.size_and_classes(options.network)[0])
    peer = Peer(options.network, pack.parameters, options.threads)
    error = head_error(peer, pack, image)
    load_before = os.getloadavg()[0]
    rounds = measure(peer, image, options)
    results = summaries(rounds)

    print(
        f"{options.network}, {options.threads} threads, {options.rounds} rounds, "
        f"load {load_before:.1f} before and {os.getloadavg()[0]:.1f} after"
    )
    print(
        f"{peer.name} computes all layers up to the heads and their softmax, not decoding and NMS."
    )
    if not peer.deformable:
        print("IT HAS NO DeformConv: plain dilated convolutions of the same shapes took its place.")
    elif error is None:
        print("DeformConv is its own. There are no golden heads of this network to compare with.")
    else:
        print(f"DeformConv is its own. Its heads are within {error:.1e} of the golden ones.")
    print()
    print_table(peer, results)
    operators = peer.operators(image, options.inferences) if options.operators else None
    if operators:
        print_operators(operators)
    return {
        "schema": SCHEMA,
        "network": options.network,
        "threads": options.threads,
        "inferences": options.inferences,
        "peer": {
            "name": "onnxruntime",
            "version": onnxruntime.__version__,
            "deform_conv": "native" if peer.deformable else "replaced by plain convolution",
            "left_out": ["priors", "decoding", "nms"],
            "head_error": error,
            "operators": operators,
        },
        "load_before": load_before,
        "rounds": rounds,
        "summary": {name: vars(result) for name, result in results.items()},
    }


def main() -> int:
    """Runs the command; returns the exit code."""
    options = arguments()
    try:
        report = compare(options)
    except ComparisonError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
