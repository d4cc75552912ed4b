"""What every peer offers, and the list of them."""

import importlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from models import Model


class DeformConv(StrEnum):
    """How a peer computes a deformable convolution."""

    NATIVE = "native"
    PLAIN = "plain"
    """It has none: a plain dilated convolution of the same shape takes its place."""


class Runner(Protocol):
    """A model that is loaded, with its inputs in place."""

    def run(self) -> None:
        """One inference, complete when it returns."""

    def outputs(self) -> dict[str, np.ndarray]:
        """The outputs of the last inference, by name."""


class Peer(Protocol):
    """A program of others that computes the same."""

    deform_conv: DeformConv
    settings: dict[str, str]
    """What was set apart from the number of threads, for the report."""

    def load(self, model: Model) -> Runner:
        """Makes the model and whatever the peer prepares once, such as packed weights."""


@dataclass(frozen=True)
class PeerEntry:
    """A peer before its package is imported."""

    key: str
    title: str
    package: str
    module: str
    """Has a class ``Peer`` that is made with the arguments of ``make``."""

    @property
    def version(self) -> str:
        """Of the installed package; raises PackageNotFoundError."""
        return importlib.metadata.version(self.package)

    @property
    def is_installed(self) -> bool:
        return importlib.util.find_spec(self.package) is not None

    def make(self, threads: int, plain: bool = False) -> Peer:
        """Imports the package; raises ImportError.

        With ``plain``, deformable convolutions are replaced even where the peer has them.
        """
        return importlib.import_module(self.module).Peer(threads, plain)


PEERS = {
    entry.key: entry
    for entry in (
        PeerEntry("torch", "PyTorch", "torch", "peer_torch"),
        PeerEntry("onnxruntime", "ONNX Runtime", "onnxruntime", "peer_onnxruntime"),
        PeerEntry("openvino", "OpenVINO", "openvino", "peer_openvino"),
        PeerEntry("ncnn", "ncnn", "ncnn", "peer_ncnn"),
    )
}
