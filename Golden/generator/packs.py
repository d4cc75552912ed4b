"""Packs: folders of cases with a manifest of sizes and hashes."""

import hashlib
import json
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from . import catalogue, exact, layers, network, probes
from .cases import provenance


def _write_cases(cases, folder: Path, pack: str, prefix: str = "", sampled: bool = False) -> None:
    """Writes all cases, named ``prefix`` + name, and prints how many of each kind."""
    kinds: Counter[str] = Counter()
    for case in cases:
        path = folder / f"{case.name}.safetensors"
        assert not path.exists(), f"two cases are named {case.name}"
        case.write(folder, pack, prefix + case.name, sampled)
        kinds[case.kind] += 1
    print("  " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))


def _write_layers(size: int, folder: Path) -> None:
    """Every layer of one network, at its real size, sampled."""
    prefix = f"{catalogue.network_name(size)}/"
    _write_cases(layers.cases(size), folder, f"layers-{size}", prefix, sampled=True)


_WRITERS = {
    "probes": lambda folder: _write_cases(probes.cases(), folder, "probes"),
    "exact": lambda folder: _write_cases(exact.cases(), folder, "exact"),
    "layers-320": lambda folder: _write_layers(320, folder),
    "layers-512": lambda folder: _write_layers(512, folder),
    "network": lambda folder: network.write_pack(folder, "network"),
}

NAMES = tuple(_WRITERS)
"""Every pack, in the order in which they are written."""


def _write_manifest(folder: Path, pack: str) -> None:
    """``manifest.json`` over every other file of the folder."""
    files = {}
    for path in sorted(folder.iterdir()):
        if path.name != "manifest.json":
            data = path.read_bytes()
            files[path.name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    manifest = {"format": "efgrnet-golden-pack/1", "files": files, "provenance": provenance(pack)}
    text = json.dumps(manifest, sort_keys=True, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def write(name: str, out: Path) -> None:
    """Writes one pack into ``out/name``, replacing the cases that were there.

    The new pack takes the old one's place only when it is complete.
    """
    started = time.monotonic()
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{name}:", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        _WRITERS[name](Path(scratch))
        _write_manifest(Path(scratch), name)
        for path in folder.glob("*.safetensors"):
            path.unlink()
        for path in Path(scratch).iterdir():
            shutil.move(path, folder / path.name)
    sizes = [path.stat().st_size for path in folder.iterdir()]
    seconds = time.monotonic() - started
    print(f"  {len(sizes)} files, {sum(sizes) / 1e6:.2f} MB, {seconds:.0f} s", flush=True)


def differences(new: Path, old: Path) -> list[str]:
    """Files that are missing on one side or differ in a byte."""
    names = {path.name for folder in (new, old) if folder.is_dir() for path in folder.iterdir()}

    def content(path: Path) -> bytes | None:
        return path.read_bytes() if path.is_file() else None

    return [
        f"{new.name}/{name}" for name in sorted(names) if content(new / name) != content(old / name)
    ]
