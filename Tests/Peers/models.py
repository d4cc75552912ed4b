"""What a peer is asked to compute: a whole network or one layer, with its data."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import topology
from golden import LayerCase, NetworkPack, preprocess
from parameters import Parameters


@dataclass(frozen=True)
class Model:
    """Inputs, parameters, and how to define the model with a builder."""

    name: str
    inputs: dict[str, np.ndarray]
    """float32, by the names that ``define`` uses."""
    outputs: tuple[str, ...]
    parameters: Parameters
    define: Callable[[topology.Builder], None]


def whole_network(network: str, pack: NetworkPack) -> Model:
    """A network with the pack's parameters, on the pack's photograph."""
    size, classes = topology.size_and_classes(network)
    return Model(
        name=network,
        inputs={topology.IMAGE: preprocess(pack.picture, size)},
        outputs=topology.OUTPUTS,
        parameters=pack.parameters,
        define=lambda builder: topology.define(builder, classes),
    )


def single_layer(case: LayerCase) -> Model:
    """A layer alone, on the inputs of its golden."""

    def define(builder: topology.Builder) -> None:
        if case.is_deformable:
            builder.deform(case.layer, "input", "offset", dilation=case.dilation)
        else:
            builder.conv(
                case.layer,
                "input",
                stride=case.stride,
                dilation=case.dilation,
                relu=case.relu,
            )

    return Model(
        name=case.layer,
        inputs=case.inputs,
        outputs=(case.layer,),
        parameters=case.parameters,
        define=define,
    )


def smallest() -> Model:
    """One multiplication: what it takes is the cost of a call."""
    weight = np.ones((1, 1, 1, 1), dtype=np.float32)
    return Model(
        name="call",
        inputs={"input": weight},
        outputs=("call",),
        parameters={"call.weight": weight},
        define=lambda builder: builder.conv("call", "input", relu=False),
    )
