"""PyTorch on the CPU."""

import warnings

import numpy as np
import torch
from models import Model
from peer import DeformConv
from torch_graph import TorchGraph


class Peer:
    """Traced, frozen and optimized for inference, which is quicker than eager calls.

    Its deformable convolution is torchvision's, whose operators do not load beside the
    build for CPUs: plain ones take their place.
    """

    deform_conv = DeformConv.PLAIN
    settings = {"jit": "trace, freeze, optimize_for_inference"}

    def __init__(self, threads: int, _plain: bool):
        torch.set_num_threads(threads)

    def load(self, model: Model) -> "Runner":
        return Runner(model)


class Runner:
    """A traced module and its inputs, which share the arrays' memory."""

    def __init__(self, model: Model):
        self._inputs = [torch.from_numpy(value) for value in model.inputs.values()]
        self._names = model.outputs
        graph = TorchGraph(model).eval()
        with torch.inference_mode(), warnings.catch_warnings():
            # torch.jit is deprecated in favour of torch.compile, which needs a C++ compiler.
            warnings.simplefilter("ignore", DeprecationWarning)
            traced = torch.jit.trace(graph, tuple(self._inputs), check_trace=False)
            self._module = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
        self._last: tuple[torch.Tensor, ...] = ()

    def run(self) -> None:
        with torch.inference_mode():
            self._last = self._module(*self._inputs)

    def outputs(self) -> dict[str, np.ndarray]:
        return {
            name: value.numpy() for name, value in zip(self._names, self._last, strict=True)
        }
