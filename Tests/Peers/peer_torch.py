"""PyTorch on the CPU."""

import time
import warnings

import numpy as np
import torch
from models import Model
from peer import DeformConv
from torch_graph import TorchGraph


class Peer:
    """Eager, or traced, frozen and optimized for inference: whichever is quicker here.

    Its deformable convolution is torchvision's, whose operators do not load beside the
    build for CPUs: plain ones take their place.
    """

    deform_conv = DeformConv.PLAIN
    settings = {"execution": "the quicker of eager and torch.jit.optimize_for_inference"}

    def __init__(self, threads: int, _plain: bool):
        torch.set_num_threads(threads)

    def load(self, model: Model) -> "Runner":
        return Runner(model)


_TRIALS = 3
"""Of either execution, after two that are not counted: torch.jit still optimizes in those."""


class Runner:
    """A module and its inputs, which share the arrays' memory."""

    def __init__(self, model: Model):
        self._inputs = [torch.from_numpy(value) for value in model.inputs.values()]
        self._names = model.outputs
        graph = TorchGraph(model).eval()
        with torch.inference_mode(), warnings.catch_warnings():
            # torch.jit is deprecated in favour of torch.compile, which needs a C++ compiler.
            warnings.simplefilter("ignore", DeprecationWarning)
            traced = torch.jit.trace(graph, tuple(self._inputs), check_trace=False)
            optimized = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
        self._last: tuple[torch.Tensor, ...] = ()
        self._module = min((graph, optimized), key=self._trial)

    def _trial(self, module: torch.nn.Module) -> int:
        """Nanoseconds of the quickest call."""
        self._module = module
        times = []
        for _ in range(2 + _TRIALS):
            start = time.perf_counter_ns()
            self.run()
            times.append(time.perf_counter_ns() - start)
        return min(times[2:])

    def run(self) -> None:
        with torch.inference_mode():
            self._last = self._module(*self._inputs)

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: value.numpy() for name, value in zip(self._names, self._last, strict=True)}
