"""A builder of PyTorch modules.

Norms after convolutions are folded into them, as torch.nn.utils.fusion does.
"""

from collections.abc import Callable

import numpy as np
import torch
from models import Model
from parameters import BN_EPS, Parameters, folded, has_norm
from torch.nn import functional

Function = Callable[..., torch.Tensor]


class TorchGraph(torch.nn.Module):
    """Collects steps; see ``topology.Builder`` for the operations."""

    def __init__(self, model: Model):
        super().__init__()
        self._parameters_by_name: Parameters = model.parameters
        self._input_names = tuple(model.inputs)
        self._output_names = model.outputs
        self._steps: list[tuple[str, Function, list[str]]] = []
        model.define(self)

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        values = dict(zip(self._input_names, inputs, strict=True))
        for output, function, sources in self._steps:
            values[output] = function(*(values[source] for source in sources))
        return tuple(values[name] for name in self._output_names)

    def _step(self, name: str, sources: list[str], function: Function) -> str:
        self._steps.append((name, function, sources))
        return name

    def conv(self, name, source, *, stride=1, dilation=1, relu=True, outputs=None) -> str:
        arrays = folded(self._parameters_by_name, name, outputs)
        weight, bias = (torch.from_numpy(array) for array in arrays)
        has_bias = f"{name}.bias" in self._parameters_by_name or has_norm(
            self._parameters_by_name, name
        )
        geometry = {
            "stride": stride,
            "padding": dilation * (weight.shape[2] // 2),
            "dilation": dilation,
        }

        def convolve(x: torch.Tensor) -> torch.Tensor:
            y = functional.conv2d(x, weight, bias if has_bias else None, **geometry)
            return y.relu_() if relu else y

        return self._step(name, [source], convolve)

    def deform(self, name, source, _offset, *, dilation) -> str:
        """PyTorch has no deformable convolution: a plain one of the same shape."""
        return self.conv(name, source, dilation=dilation)

    def norm(self, name, source) -> str:
        keys = ("bn.running_mean", "bn.running_var", "bn.weight", "bn.bias")
        values = [
            torch.from_numpy(np.array(self._parameters_by_name[f"{name}.{key}"])) for key in keys
        ]
        return self._step(name, [source], lambda x: functional.batch_norm(x, *values, eps=BN_EPS))

    def pool(self, name, source, *, kernel=2, stride=2) -> str:
        padding = (kernel - 1) // 2
        return self._step(
            name, [source], lambda x: functional.max_pool2d(x, kernel, stride, padding)
        )

    def multiply(self, name, first, second, *, relu=False) -> str:
        def product(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return (x * y).relu_() if relu else x * y

        return self._step(name, [first, second], product)

    def concat(self, name, sources) -> str:
        return self._step(name, sources, lambda *parts: torch.cat(parts, 1))

    def box_offsets(self, name, source) -> str:
        return self._step(name, [source], lambda x: torch.cat((x[:, 0::4], x[:, 1::4]), 1))

    def objectness_map(self, name, source) -> str:
        return self._step(name, [source], lambda x: x[:, 1::2].amax(1, keepdim=True).sigmoid_())

    def modulate(self, name, features, weights) -> str:
        return self._step(name, [features, weights], lambda x, y: x * y + x)

    def rows(self, source, values) -> str:
        return self._step(
            f"{source}.permute",
            [source],
            lambda x: x.permute(0, 2, 3, 1).reshape(1, -1, values),
        )

    def join(self, name, sources) -> str:
        return self._step(name, sources, lambda *parts: torch.cat(parts, 1))

    def softmax(self, name, source) -> str:
        return self._step(name, [source], lambda x: x.softmax(-1))
