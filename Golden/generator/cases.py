"""One case: a layer, its tensors (stored or by recipe) and where it is written."""

import math
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np

from . import SEED, VERSION, sampling, truth
from .recipes import Recipe
from .safetensors_io import to_json, write

FORMAT = "efgrnet-golden/1"


def provenance(pack: str) -> dict:
    """Who wrote a file, how to write it again, and with which libraries."""
    return {
        "generator": "Golden/generate.py",
        "version": VERSION,
        "command": f"python3 Golden/generate.py --only {pack}",
        "seed": SEED,
        "truth": "float64",
        "libraries": {name: version(name) for name in ("numpy", "torch")},
    }


@dataclass
class Case:
    """A layer with the tensors that go in, before its truth is computed."""

    name: str
    kind: str
    attributes: dict
    tensors: dict[str, Recipe | np.ndarray] = field(default_factory=dict)
    exact: bool = False
    """Whether every float32 implementation must agree bit for bit."""

    def values(self) -> dict[str, np.ndarray]:
        """All inputs and parameters, float32."""
        return {
            name: tensor.values() if isinstance(tensor, Recipe) else tensor
            for name, tensor in self.tensors.items()
        }

    def write(self, folder: Path, pack: str, case_name: str, sampled: bool) -> None:
        """Computes the truth and writes ``<name>.safetensors`` into ``folder``.

        ``case_name`` is the name the file itself gives the case.  With
        ``sampled`` a big output is kept at ``sampling.indices`` alone, with
        projections over all of it.
        """
        expected, magnitude = truth.compute(self.kind, self.attributes, self.values())
        metadata = {
            "format": FORMAT,
            "case": case_name,
            "layer": to_json({"kind": self.kind} | self.attributes),
            "comparison": "exact" if self.exact else "bound",
            "provenance": to_json(provenance(pack)),
        }
        generated = {k: v.to_json() for k, v in self.tensors.items() if isinstance(v, Recipe)}
        if generated:
            metadata["generated"] = to_json(generated)
        out = {k: v for k, v in self.tensors.items() if not isinstance(v, Recipe)}
        # The detections of nms are few and their number is part of the truth.
        if sampled and expected.size > sampling.WHOLE_UP_TO and self.kind != "nms":
            chosen = sampling.indices(expected.shape, self.name)
            metadata["expected_shape"] = to_json(list(expected.shape))
            out["expected.indices"] = chosen
            out["expected.values"] = expected.reshape(-1)[chosen]
            out["projection.values"] = sampling.projections(expected)
            if magnitude is not None:
                out["magnitude.values"] = magnitude.reshape(-1)[chosen]
        else:
            out["expected"] = expected
            if magnitude is not None:
                out["magnitude"] = magnitude
        if self.exact:
            self._assert_exact(expected, magnitude)
        write(folder / f"{self.name}.safetensors", out, metadata)

    def _assert_exact(self, expected: np.ndarray, magnitude: np.ndarray | None) -> None:
        """An exact case must have a float32 truth, and small sums where it sums."""
        assert np.array_equal(expected.astype(np.float32), expected), self.name
        if magnitude is None:
            return
        values = self.values()
        terms = math.prod(values["weight"].shape[1:])
        product = terms * np.abs(values["input"]).max() * np.abs(values["weight"]).max()
        assert max(product, magnitude.max()) <= 2.0**24, f"{self.name}: sums above 2**24"
