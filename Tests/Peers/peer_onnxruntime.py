"""ONNX Runtime's CPU provider."""

import json
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import onnx_graph
import onnxruntime
from models import Model
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as OperatorMissing
from peer import DeformConv


class Peer:
    """All graph optimisations, n threads within an operator and one across."""

    settings = {"graph_optimization_level": "all", "execution_mode": "sequential"}

    def __init__(self, threads: int, plain: bool):
        self.threads = threads
        self.deform_conv = DeformConv.PLAIN if plain else DeformConv.NATIVE

    def load(self, model: Model) -> "Runner":
        return Runner(self.session(model), model)

    def session(self, model: Model, profile: Path | None = None) -> onnxruntime.InferenceSession:
        """A session; with ``profile``, one that writes its times to files of that prefix."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        if profile:
            options.enable_profiling = True
            options.profile_file_prefix = str(profile)
        while True:
            proto = onnx_graph.build(model, self.deform_conv is DeformConv.NATIVE)
            try:
                return onnxruntime.InferenceSession(
                    proto, options, providers=["CPUExecutionProvider"]
                )
            except OperatorMissing:
                if self.deform_conv is DeformConv.PLAIN:
                    raise
                self.deform_conv = DeformConv.PLAIN

    def operators(self, model: Model, inferences: int) -> list[dict]:
        """Operators after ONNX Runtime's own rewriting: nodes and time per inference."""
        with tempfile.TemporaryDirectory() as folder:
            session = self.session(model, Path(folder) / "profile")
            runner = Runner(session, model)
            for _ in range(inferences):
                runner.run()
            events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
        nodes, times = {}, Counter()
        for event in events:
            if event["cat"] == "Node" and event["name"].endswith("_kernel_time"):
                operator = event["args"]["op_name"]
                nodes.setdefault(operator, set()).add(event["name"])
                # One inference more than asked for: the one that tells the outputs' shapes.
                times[operator] += event["dur"] * 1000 / (inferences + 1)
        return [
            {"operator": operator, "nodes": len(nodes[operator]), "ns": ns}
            for operator, ns in times.most_common()
        ]


class Runner:
    """Inputs and outputs are bound, so that a call neither copies nor allocates them."""

    def __init__(self, session: onnxruntime.InferenceSession, model: Model):
        self._session = session
        names = [entry.name for entry in session.get_inputs()]
        self._inputs = {name: model.inputs[name] for name in names}
        shapes = {
            name: value.shape
            for name, value in zip(
                model.outputs, session.run(list(model.outputs), self._inputs), strict=True
            )
        }
        self._outputs = {
            name: onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, np.float32)
            for name, shape in shapes.items()
        }
        self._binding = session.io_binding()
        for name, value in self._inputs.items():
            self._binding.bind_cpu_input(name, value)
        for name, value in self._outputs.items():
            self._binding.bind_ortvalue_output(name, value)

    def run(self) -> None:
        self._session.run_with_iobinding(self._binding)

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: value.numpy() for name, value in self._outputs.items()}
