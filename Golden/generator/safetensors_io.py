"""Reading and writing safetensors files, byte for byte reproducible."""

import json
import struct
from pathlib import Path

import numpy as np

_DTYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


def to_json(value) -> str:
    """JSON with sorted keys and no spaces: the only form used in headers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def write(path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Writes one file: eight-byte types first, then four-byte ones, by name.

    That order and a header padded with spaces keep all data aligned.
    """
    header, chunks, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors, key=lambda n: (-tensors[n].dtype.itemsize, n)):
        tensor = tensors[name]
        data = np.ascontiguousarray(tensor).astype(tensor.dtype.newbyteorder("<"), copy=False)
        header[name] = {
            "dtype": _NAMES[data.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + data.nbytes],
        }
        chunks.append(data.tobytes())
        offset += data.nbytes
    text = to_json(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Tensors and metadata of one file; raises ValueError when truncated."""
    data = path.read_bytes()
    if len(data) < 8:
        raise ValueError(f"{path.name}: shorter than the header length")
    (length,) = struct.unpack_from("<Q", data)
    if 8 + length > len(data):
        raise ValueError(f"{path.name}: truncated header")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body = memoryview(data)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = _DTYPES[entry["dtype"]]
        if end > len(body) or end - begin != int(np.prod(entry["shape"])) * dtype.itemsize:
            raise ValueError(f"{path.name}: data of {name} is missing or of the wrong size")
        tensors[name] = np.frombuffer(body[begin:end], dtype=dtype).reshape(entry["shape"])
    return tensors, metadata
