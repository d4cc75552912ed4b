"""ncnn on the CPU."""

import tempfile
from pathlib import Path

import ncnn
import ncnn_graph
import numpy as np
from models import Model
from peer import DeformConv

_LOWER_PRECISION = (
    "use_fp16_packed",
    "use_fp16_storage",
    "use_fp16_arithmetic",
    "use_bf16_packed",
    "use_bf16_storage",
)


class Peer:
    """float32, Winograd and all other choices as ncnn makes them."""

    settings = dict.fromkeys(_LOWER_PRECISION, "false") | {"use_winograd_convolution": "true"}

    def __init__(self, threads: int, plain: bool):
        self.threads = threads
        self.deform_conv = DeformConv.PLAIN if plain else DeformConv.NATIVE

    def load(self, model: Model) -> "Runner":
        return Runner(model, self.threads, self.deform_conv is DeformConv.NATIVE)


class Runner:
    """A network with its inputs as ncnn's matrices; the data stay where they are."""

    def __init__(self, model: Model, threads: int, deformable: bool):
        self._net = ncnn.Net()
        options = self._net.opt
        options.num_threads = threads
        options.use_winograd_convolution = True
        options.use_vulkan_compute = False
        for name in _LOWER_PRECISION:
            setattr(options, name, False)
        text, weights, self._outputs = ncnn_graph.build(model, deformable)
        self._load(text, weights, model.name)
        # Kept alive here: a matrix does not own the array that it shows.
        self._arrays = {
            name: np.ascontiguousarray(value[0])
            for name, value in model.inputs.items()
            if name in self._net.input_names()
        }
        self._inputs = {name: ncnn.Mat(value) for name, value in self._arrays.items()}
        self._last: dict[str, ncnn.Mat] = {}

    def _load(self, text: str, weights: bytes, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"model.{suffix}" for suffix in ("param", "bin")]
            files[0].write_text(text, encoding="utf-8")
            files[1].write_bytes(weights)
            if self._net.load_param(str(files[0])) or self._net.load_model(str(files[1])):
                raise RuntimeError(f"ncnn refuses the model of {name}")

    def run(self) -> None:
        extractor = self._net.create_extractor()
        for name, value in self._inputs.items():
            extractor.input(name, value)
        for name, blob in self._outputs.items():
            status, self._last[name] = extractor.extract(blob)
            if status:
                raise RuntimeError(f"ncnn fails at {name} with {status}")

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: np.array(value)[None] for name, value in self._last.items()}
