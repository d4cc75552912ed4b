"""A process of its own for each peer, so that their threads and memory do not meet.

An idle peer's threads sleep while another is timed, and no two runtimes of OpenMP
share a process.
"""

import contextlib
import ctypes
import multiprocessing
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

import golden
import models
import numpy as np
from errors import ComparisonError, ExitCode
from peer import PEERS, DeformConv, Peer, Runner
from timing import Plan, median_ns

AGREEMENT = 1e-3
"""Largest error of an output, relative to its largest value, of the same computation.

Not a bound of rounding: it tells a right model from a wrong one.  Rounding in float32
moves a layer by 1e-6 and, through all layers, the heads by 5e-5 (Winograd included);
plain in place of deformable convolutions move the heads by 0.4.
"""
_SETTLE_SECONDS = 0.2
"""Before a batch of measurements: threads of the side before may still spin for a while."""


@dataclass(frozen=True)
class Description:
    """What a report says of a peer."""

    deform_conv: DeformConv
    settings: dict[str, str]
    call_ns: float
    """What a call of the smallest model takes: interpreter and dispatch."""


class Host:
    """In the peer's process: its models, each by the network's or the layer's name."""

    def __init__(self, peer: Peer, network: str):
        self._peer = peer
        self._network = network
        self._runners: dict[str, Runner] = {}
        self._cases: dict[str, golden.LayerCase] = {}
        self._pack = golden.load_network()

    def describe(self) -> Description:
        runner = self._peer.load(models.smallest())
        plan = Plan(warm_up=0.02, budget=0.1)
        return Description(self._peer.deform_conv, self._peer.settings, median_ns(runner.run, plan))

    def load_network(self) -> float | None:
        """Loads the whole network; returns the largest error of a head."""
        model = models.whole_network(self._network, self._pack)
        runner = self._runners[self._network] = self._peer.load(model)
        runner.run()
        if self._network != self._pack.network or self._replaces_deformable:
            return None
        outputs = runner.outputs()
        return max(_error(outputs[name], truth) for name, truth in self._pack.heads.items())

    def load_layer(self, layer: str) -> float | None:
        """Loads a layer; returns its error, None when a plain convolution takes its place."""
        case = self._cases[layer] = golden.load_layer(self._network, layer)
        runner = self._runners[layer] = self._peer.load(models.single_layer(case))
        runner.run()
        if case.is_deformable and self._replaces_deformable:
            return None
        output = runner.outputs()[layer]
        if output.shape != case.output_shape:
            raise ComparisonError(
                f"{layer} has shape {output.shape}, not {case.output_shape}", ExitCode.CHECK_FAILED
            )
        return _error(output.reshape(-1)[case.indices], case.values)

    def time(self, names: list[str], plan: Plan) -> dict[str, float]:
        """Median nanoseconds of each model by name."""
        time.sleep(_SETTLE_SECONDS)
        return {name: median_ns(self._runners[name].run, plan) for name in names}

    def operators(self, inferences: int) -> list[dict]:
        """Where the network's time goes, of a peer that can tell."""
        model = models.whole_network(self._network, self._pack)
        return self._peer.operators(model, inferences)

    @property
    def _replaces_deformable(self) -> bool:
        return self._peer.deform_conv is DeformConv.PLAIN


def _error(values: np.ndarray, truth: np.ndarray) -> float:
    """The largest error relative to the largest true value."""
    return float(np.abs(values - truth).max() / np.abs(truth).max())


def _keep_memory() -> None:
    """Lets glibc's allocator keep what is freed.

    Otherwise a peer that allocates its large outputs anew on every call gets them from the
    kernel each time, and page faults take most of a layer's time: PyTorch's conv1_1 takes
    9 ms in place of 2.
    """
    trim_threshold, mmap_threshold = -1, -3
    with contextlib.suppress(AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(mmap_threshold, 1 << 30)
        library.mallopt(trim_threshold, (1 << 31) - 1)


def _serve(connection: Connection, key: str, network: str, threads: int, plain: bool) -> None:
    """The process: answers one call after the other until the other end is closed."""
    _keep_memory()
    try:
        host: Host | None = None
        while True:
            method, arguments = connection.recv()
            try:
                if host is None:
                    host = Host(PEERS[key].make(threads, plain), network)
                connection.send((getattr(host, method)(*arguments), None))
            except ComparisonError as error:
                connection.send((None, error))
            except Exception as error:  # Whatever a peer raises, the other end must learn of it.
                last = traceback.extract_tb(error.__traceback__)[-1]
                sentence = f"{type(error).__name__} at {last.name}: {error}"
                connection.send((None, ComparisonError(sentence, ExitCode.INTERNAL)))
    except (EOFError, KeyboardInterrupt):
        return


def agreeing(title: str, name: str, error: float | None) -> float | None:
    """The error, as far as it is that of the same computation; raises ComparisonError."""
    if error is not None and not error <= AGREEMENT:
        raise ComparisonError(
            f"{title}'s {name} is off by {error:.2g} of its largest value", ExitCode.CHECK_FAILED
        )
    return error


class Worker:
    """In our process: the other end of a peer's."""

    def __init__(self, key: str, network: str, threads: int, plain: bool = False):
        self.entry = PEERS[key]
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(other, key, network, threads, plain), daemon=True
        )
        self._process.start()
        other.close()

    def load(self, method: str, *arguments: str) -> float | None:
        """Loads a network or a layer; returns its error, where there is a truth.

        Raises ComparisonError.
        """
        name = arguments[0] if arguments else "network"
        return agreeing(self.entry.title, name, self.call(method, *arguments))

    def call(self, method: str, *arguments):
        """Calls a method of ``Host``; raises ComparisonError."""
        try:
            self._connection.send((method, arguments))
            value, error = self._connection.recv()
        except (EOFError, OSError) as fault:
            self._process.join(1)
            raise ComparisonError(
                f"{self.entry.title} ends in {method} with {self._process.exitcode}",
                ExitCode.INTERNAL,
            ) from fault
        if error:
            raise ComparisonError(f"{self.entry.title}: {error.message}", error.code)
        return value

    def close(self) -> None:
        self._connection.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.terminate()
