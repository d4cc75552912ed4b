"""OpenVINO's CPU plugin, fed with the ONNX model."""

import numpy as np
import onnx_graph
import openvino
from models import Model
from openvino import opset8
from openvino.frontend import NodeContext
from openvino.frontend.onnx import ConversionExtension
from peer import DeformConv


class Peer:
    """One stream of n threads, float32.

    The plugin has a deformable convolution, but the reader of ONNX files does not know
    ONNX's: an extension of the reader joins the two.
    """

    settings = {"NUM_STREAMS": "1", "INFERENCE_PRECISION_HINT": "f32"}

    def __init__(self, threads: int, plain: bool):
        self.deform_conv = DeformConv.PLAIN if plain else DeformConv.NATIVE
        self._properties = self.settings | {"INFERENCE_NUM_THREADS": str(threads)}
        self._core = openvino.Core()
        self._core.add_extension(ConversionExtension("DeformConv", _deformable_convolution))

    def load(self, model: Model) -> "Runner":
        proto = onnx_graph.build(model, self.deform_conv is DeformConv.NATIVE)
        read = self._core.read_model(proto, b"")
        compiled = self._core.compile_model(read, "CPU", self._properties)
        return Runner(compiled, model)


def _deformable_convolution(node: NodeContext) -> list[openvino.Output]:
    """ONNX's DeformConv without a mask, one group, with zeros outside the map."""
    data, weight, offset = (node.get_input(index) for index in range(3))
    pads = node.get_attribute("pads")
    converted = opset8.deformable_convolution(
        data,
        offset,
        weight,
        strides=node.get_attribute("strides"),
        pads_begin=pads[:2],
        pads_end=pads[2:],
        dilations=node.get_attribute("dilations"),
        bilinear_interpolation_pad=True,
    )
    return converted.outputs()


class Runner:
    """The inputs are shared with the request, not copied."""

    def __init__(self, compiled: openvino.CompiledModel, model: Model):
        self._request = compiled.create_infer_request()
        self._names = model.outputs
        # Kept alive here: a shared tensor does not own the array that it shows.
        self._inputs = model.inputs
        for port in compiled.inputs:
            tensor = openvino.Tensor(model.inputs[port.any_name], shared_memory=True)
            self._request.set_tensor(port, tensor)

    def run(self) -> None:
        self._request.infer(share_outputs=True)

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: self._request.get_tensor(name).data for name in self._names}
