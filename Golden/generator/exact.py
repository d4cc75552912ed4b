"""Exact cases: small integers, so that every float32 sum is exact in any order.

The generator asserts n * max|x| * max|w| <= 2**24 and the same of the whole
magnitude, and that the truth is a float32 number.
"""

from collections.abc import Iterator

from . import builders as build
from . import recipes
from .cases import Case


def _nonnegative_input() -> Case:
    """Inputs as after a ReLU, by the recipe of nonnegative integers."""
    case = build.conv2d("conv2d-nonnegative-input", (1, 31, 8, 9), 17, 3, padding=1, integer=8)
    shape = case.tensors["input"].shape
    case.tensors["input"] = recipes.nonnegative_integer(f"{case.name}/input", shape, 8)
    return case


def _convolutions() -> Iterator[Case]:
    """conv2d of every geometry, on integers."""
    same = {"padding": 1, "integer": 8}
    for channels, out in ((1, 1), (3, 64), (16, 16), (17, 33), (64, 48), (128, 31)):
        name = f"conv2d-3x3-{channels:03d}-{out:02d}"
        yield build.conv2d(name, (1, channels, 9, 10), out, 3, bias=True, relu=True, **same)
    for channels, out in ((512, 24), (513, 7), (1024, 18)):
        name = f"conv2d-1x1-{channels:04d}-{out:02d}"
        yield build.conv2d(name, (1, channels, 5, 7), out, 1, bias=True, integer=8)
    yield build.conv2d("conv2d-3x3-512-deep", (1, 512, 5, 5), 17, 3, bias=True, **same)
    yield build.conv2d("conv2d-batch2", (2, 33, 11, 8), 40, 3, bias=True, **same)
    yield build.conv2d("conv2d-norm", (1, 33, 8, 9), 35, 3, norm=True, **same)
    yield build.conv2d("conv2d-norm-relu", (2, 16, 8, 9), 18, 3, norm=True, relu=True, **same)
    yield build.conv2d("conv2d-bias-norm", (1, 16, 8, 9), 18, 1, bias=True, norm=True, integer=8)
    yield build.conv2d("conv2d-stride2", (1, 48, 15, 16), 40, 3, 2, 1, bias=True, integer=8)
    yield build.conv2d("conv2d-stride2x3", (2, 5, 11, 13), 9, (5, 3), (2, 3), (2, 1), integer=8)
    for dilation in (2, 4, 6):
        name = f"conv2d-dilation-{dilation}"
        options = {"padding": dilation, "dilation": dilation, "integer": 8}
        yield build.conv2d(name, (1, 32, 10, 11), 33, 3, bias=True, relu=True, **options)
    yield build.conv2d("conv2d-dilation-2x3", (1, 6, 12, 13), 9, 3, 1, (3, 1), (2, 3), integer=8)
    for kernel in ((1, 5), (5, 1), (7, 7), (2, 2)):
        name = f"conv2d-kernel-{kernel[0]}x{kernel[1]}"
        half = (kernel[0] // 2, kernel[1] // 2)
        yield build.conv2d(name, (2, 7, 9, 10), 13, kernel, padding=half, bias=True, integer=8)
    for channels, out, groups in ((6, 9, 3), (32, 34, 2), (17, 17, 17), (8, 16, 8)):
        name = f"conv2d-groups-{groups:02d}-of-{channels:02d}-{out:02d}"
        yield build.conv2d(name, (1, channels, 9, 8), out, 3, groups=groups, bias=True, **same)
    yield build.conv2d("conv2d-large-integers", (1, 20, 7, 9), 19, 3, padding=1, integer=300)
    yield _nonnegative_input()
    yield build.conv2d("conv2d-map-1x33", (1, 16, 1, 33), 17, 3, bias=True, **same)
    yield build.conv2d("conv2d-map-33x1", (1, 16, 33, 1), 17, 3, bias=True, **same)


def _deformable() -> Iterator[Case]:
    """deform_conv2d with integer offsets: every sample is a pixel or zero."""
    for channels, out in ((1, 1), (3, 8), (16, 16), (33, 20), (64, 33)):
        name = f"deform_conv2d-{channels:02d}-{out:02d}"
        yield build.deform_conv2d(name, (1, channels, 9, 8), out, 3, 3, 1, 1, bias=True, integer=8)
    for dilation in (5, 4, 3, 2):
        name = f"deform_conv2d-dilation-{dilation}"
        options = {"padding": dilation, "dilation": dilation, "norm": True, "relu": True}
        yield build.deform_conv2d(name, (1, 17, 10, 11), 18, 3, 4, integer=8, **options)
    yield build.deform_conv2d("deform_conv2d-batch2", (2, 16, 7, 9), 10, 3, 2, 1, 1, integer=8)
    yield build.deform_conv2d(
        "deform_conv2d-stride2x1", (2, 5, 11, 9), 7, 3, 2, (2, 1), 1, integer=8
    )
    yield build.deform_conv2d("deform_conv2d-far", (1, 16, 7, 9), 10, 3, 20, 1, 1, integer=8)
    yield build.deform_conv2d("deform_conv2d-zero-offset", (1, 16, 7, 9), 10, 3, 0, 1, 1, integer=8)
    yield build.deform_conv2d(
        "deform_conv2d-1x5", (1, 9, 7, 9), 10, (1, 5), 2, 1, (0, 2), integer=8
    )
    yield build.deform_conv2d(
        "deform_conv2d-5x1", (1, 9, 7, 9), 10, (5, 1), 2, 1, (2, 0), integer=8
    )


def _elementwise() -> Iterator[Case]:
    """Products, sums and norms that are exact in float32."""
    for kind in ("multiply", "add"):
        yield build.elementwise(f"{kind}", kind, (2, 17, 5, 7), integer=4000)
        yield build.elementwise(f"{kind}-relu", kind, (1, 33, 3, 5), relu=True, integer=4000)
    yield build.batch_norm2d("batch_norm2d", (2, 17, 5, 7), integer=1000)
    yield build.batch_norm2d("batch_norm2d-relu", (1, 33, 3, 5), relu=True, integer=1000)


def cases() -> Iterator[Case]:
    """All exact cases, in a fixed order."""
    yield from _convolutions()
    yield from _deformable()
    yield from _elementwise()
