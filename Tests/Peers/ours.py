"""efgrbench's side: calls of ``efgrbench bench`` and what their reports say."""

import json
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from errors import ComparisonError, ExitCode
from golden import ROOT

BENCH_SCHEMA = "efgrbench-bench/1"
BACKEND = "tiled"
PROGRAM = ".build/release/efgrbench"


@dataclass(frozen=True)
class LayerTime:
    """A layer on our backend."""

    ns: float
    algorithm: str


@dataclass(frozen=True)
class Ours:
    """Our program, run in the root of the repository."""

    command: str
    """Its path, maybe with a program before it that runs it."""
    network: str
    threads: int

    def time_network(self) -> float:
        """Nanoseconds of the whole network; raises ComparisonError."""
        return self._bench(["--end-to-end"], end_to_end)

    def time_layers(self, layers: list[str]) -> dict[str, "LayerTime"]:
        """Each layer's time by name, with its algorithm; raises ComparisonError."""
        return self._bench(
            ["--quick", "--layers", ",".join(layers)], lambda report: by_layer(report, layers)
        )

    def machine(self) -> dict:
        """The machine as reports describe it."""
        words = ["--quick", "--layers", "offset4"]
        return self._bench(words, lambda report: report["machine"])

    def attach(self, report: Path, database: Path, run: str | None) -> None:
        """Keeps a comparison in the record, with a run or for itself; raises ComparisonError."""
        words = ["history", "attach", str(report.resolve()), "--db", str(database.resolve())]
        self._run(words + (["--run", run] if run else []))

    def _run(self, words: list[str]) -> None:
        words = [*shlex.split(self.command), *words]
        try:
            done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        except OSError as error:
            raise ComparisonError(
                f"{words[0]} does not start: {error.strerror}", ExitCode.USAGE
            ) from error
        if done.returncode != 0:
            last = " ".join(done.stderr.strip().splitlines()[-1:])
            raise ComparisonError(
                f"{shlex.join(words)} exits with {done.returncode}: {last}", ExitCode.INTERNAL
            )

    def _bench(self, words: list[str], read):
        """What ``read`` makes of the report of ``bench`` with the further ``words``."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.json"
            which = ["--network", self.network, "--threads", str(self.threads)]
            self._run(["bench", *which, "--backends", BACKEND, *words, "--json", str(path)])
            try:
                report = json.loads(path.read_text(encoding="utf-8"))
                if report["schema"] != BENCH_SCHEMA:
                    raise ValueError(f"schema {report['schema']}")
                return read(report)
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ComparisonError(
                    f"the report of {self.command} is of no use: {error!r}", ExitCode.BAD_DATA
                ) from error


def end_to_end(report: dict) -> float:
    """``end_to_end_ns`` of our backend; raises ValueError, KeyError, TypeError."""
    found = [x["end_to_end_ns"] for x in report["network_total"] if x["backend"] == BACKEND]
    if len(found) != 1 or not found[0] > 0:
        raise ValueError(f"{len(found)} end-to-end times of {BACKEND}: {found}")
    return float(found[0])


def by_layer(report: dict, layers: list[str]) -> dict[str, LayerTime]:
    """Each layer on our backend, one row each; raises ValueError, KeyError, TypeError."""
    rows = [row for row in report["results"] if row["backend"] == BACKEND]
    times = {row["layer"]: LayerTime(float(row["median_ns"]), row["algorithm"]) for row in rows}
    if len(rows) != len(times) or set(times) != set(layers):
        raise ValueError(f"{len(rows)} results of {BACKEND} for {len(layers)} layers")
    return times
