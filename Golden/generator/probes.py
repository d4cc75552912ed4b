"""Probes: small whole-tensor cases at the edges of every tile and attribute."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from . import builders as build
from . import recipes, suppression
from .cases import Case

_PIXELS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 23, 24, 25, 31, 32, 33)
_MANY_PIXELS = (47, 48, 49, 63, 64, 65, 95, 96, 97, 127, 128, 129)
_CHANNELS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33)
_MANY_CHANNELS = (47, 48, 49, 63, 64, 65)
_PRODUCTS = (127, 128, 129, 255, 256, 257, 383, 384, 385, 511, 512, 513, 1023, 1024, 1025)


def _convolution_sizes() -> Iterator[Case]:
    """Output pixels, channels and products around every tile edge."""
    for count in _PIXELS + _MANY_PIXELS:
        yield build.conv2d(f"conv2d-pixels-{count:03d}", (1, 5, 1, count), 9, 1, bias=True)
    for count in _CHANNELS + _MANY_CHANNELS:
        yield build.conv2d(f"conv2d-out-{count:03d}", (1, 6, 3, 5), count, 3, padding=1, norm=True)
        yield build.conv2d(f"conv2d-in-{count:03d}", (1, count, 5, 4), 7, 3, padding=1, bias=True)
    for count in _PRODUCTS:
        yield build.conv2d(f"conv2d-products-{count:04d}", (1, count, 3, 3), 9, 1)
    for channels in (28, 29, 32, 33, 47, 48, 49, 57):
        name = f"conv2d-products-3x3-{9 * channels:03d}"
        yield build.conv2d(name, (1, channels, 4, 5), 17, 3, padding=1, norm=True)


def _convolution_maps() -> Iterator[Case]:
    """3x3, stride 1, padding 1 on maps around the Winograd tiles, two blocks of channels."""
    maps = [(1, 1), (1, 7), (7, 1), (1, 33), (33, 1), (2, 2), (2, 3), (3, 3), (4, 4), (4, 5)]
    maps += [(5, 4), (5, 5), (6, 6), (7, 6), (8, 8), (8, 9), (9, 9), (12, 12), (13, 11), (17, 16)]
    for height, width in maps:
        yield build.conv2d(
            f"conv2d-map-{height:02d}x{width:02d}",
            (1, 17, height, width),
            18,
            3,
            padding=1,
            bias=True,
            relu=True,
        )
    yield build.conv2d("conv2d-map-batch2", (2, 32, 9, 10), 33, 3, padding=1, norm=True, relu=True)
    yield build.conv2d("conv2d-map-batch3-block16", (3, 16, 8, 8), 16, 3, padding=1, bias=True)


def _convolution_kernels() -> Iterator[Case]:
    """Kernels of every form, with the strides, paddings and dilations that trip loops."""
    for kernel in ((1, 1), (1, 3), (3, 1), (1, 5), (5, 1), (2, 2), (4, 4), (5, 5), (3, 5), (7, 7)):
        label = f"{kernel[0]}x{kernel[1]}"
        same = (kernel[0] // 2, kernel[1] // 2)
        yield build.conv2d(f"conv2d-kernel-{label}", (2, 3, 9, 11), 8, kernel, padding=same)
        yield build.conv2d(
            f"conv2d-kernel-{label}-stride2x3",
            (1, 17, 9, 11),
            5,
            kernel,
            stride=(2, 3),
            padding=same,
            bias=True,
            relu=True,
        )
    yield build.conv2d("conv2d-resnet-stem", (2, 3, 19, 21), 17, 7, 2, 3, norm=True, relu=True)
    yield build.conv2d("conv2d-valid", (1, 16, 6, 7), 16, 3, bias=True)
    yield build.conv2d("conv2d-valid-1-pixel", (1, 16, 3, 3), 16, 3, bias=True)
    yield build.conv2d("conv2d-1x1-stride2", (2, 17, 7, 9), 16, 1, 2, norm=True)
    yield build.conv2d("conv2d-1x1-padded", (1, 5, 4, 6), 8, 1, padding=(1, 2), bias=True)
    yield build.conv2d("conv2d-stride-beyond-kernel", (1, 4, 11, 14), 6, 2, (5, 4))
    yield build.conv2d("conv2d-stride1x2-padding0x2", (2, 5, 7, 9), 7, 3, (1, 2), (0, 2))
    yield build.conv2d("conv2d-stride2x1-padding2x0", (2, 5, 7, 9), 7, 3, (2, 1), (2, 0))
    yield build.conv2d("conv2d-stride2-odd", (1, 33, 9, 9), 17, 3, 2, 1, norm=True)
    yield build.conv2d("conv2d-stride2-even", (1, 33, 10, 10), 17, 3, 2, 1, norm=True, relu=True)
    yield build.conv2d(
        "conv2d-padding-beyond-kernel", (1, 3, 4, 5), 4, 3, padding=(4, 5), bias=True
    )
    for dilation in (2, 4):
        yield build.conv2d(
            f"conv2d-dilation-{dilation}",
            (1, 32, 9, 11),
            32,
            3,
            padding=dilation,
            dilation=dilation,
            norm=True,
            relu=True,
        )
    yield build.conv2d(
        "conv2d-dilation-6-like-fc6",
        (1, 16, 7, 10),
        33,
        3,
        padding=6,
        dilation=6,
        bias=True,
        relu=True,
    )
    yield build.conv2d(
        "conv2d-dilation-beyond-map", (1, 17, 3, 4), 9, 3, padding=6, dilation=6, bias=True
    )
    yield build.conv2d(
        "conv2d-dilation-2x3-padding-3x1", (2, 5, 10, 12), 7, 3, padding=(3, 1), dilation=(2, 3)
    )
    yield build.conv2d(
        "conv2d-all-unequal",
        (2, 6, 13, 17),
        8,
        (3, 2),
        stride=(2, 3),
        padding=(1, 4),
        dilation=(3, 2),
        groups=2,
        bias=True,
        norm=True,
        relu=True,
    )


def _convolution_groups() -> Iterator[Case]:
    """Groups down to depthwise, with tails within a group."""
    for inputs, outputs, groups in ((4, 4, 2), (6, 9, 3), (34, 32, 2), (32, 66, 2), (16, 4, 4)):
        name = f"conv2d-groups-{groups}-of-{inputs}-{outputs}"
        yield build.conv2d(
            name, (1, inputs, 6, 7), outputs, 3, padding=1, groups=groups, bias=True, relu=True
        )
    for channels in (1, 3, 16, 17):
        name = f"conv2d-depthwise-{channels:02d}"
        shape = (2, channels, 7, 6)
        yield build.conv2d(name, shape, channels, 3, padding=1, groups=channels, norm=True)
    yield build.conv2d(
        "conv2d-depthwise-twofold", (1, 5, 7, 6), 10, (5, 1), 2, (2, 0), 1, 5, bias=True
    )
    yield build.conv2d("conv2d-groups-1x1", (2, 24, 4, 5), 12, 1, groups=4, norm=True, relu=True)
    yield build.conv2d(
        "conv2d-groups-dilated", (1, 9, 8, 9), 6, 3, padding=2, dilation=2, groups=3, bias=True
    )


def _cancellation() -> Case:
    """Sums whose terms nearly cancel: the magnitude is 2**18 times the output."""
    name = "conv2d-cancellation"
    half = recipes.uniform(f"{name}/weight", (9, 32, 3, 3), 0.125).values()
    values = recipes.uniform(f"{name}/input", (1, 32, 6, 7), 2.0).values()
    nearly = (values * np.float32(1.0 + 2.0**-18)).astype(np.float32)
    case = build.conv2d(name, (1, 64, 6, 7), 9, 3, padding=1)
    case.tensors["weight"] = np.concatenate([half, -half], axis=1)
    case.tensors["input"] = np.concatenate([values, nearly], axis=1)
    return case


def _wide_key() -> Case:
    """Recipes whose key needs all 64 bits."""
    case = build.conv2d("conv2d-data-wide-key", (1, 5, 4, 6), 7, 3, padding=1)
    for name, recipe in case.tensors.items():
        case.tensors[name] = dataclasses.replace(recipe, key=0x7EDCBA9876543210)
    return case


def _convolution_data() -> Iterator[Case]:
    """Data that a wrong tolerance, fold or recipe would show on."""
    shape = (1, 19, 6, 7)
    for name, options in {
        "plain": {},
        "relu": {"relu": True},
        "bias": {"bias": True},
        "bias-relu": {"bias": True, "relu": True},
        "norm": {"norm": True},
        "norm-relu": {"norm": True, "relu": True},
        "bias-norm": {"bias": True, "norm": True},
        "bias-norm-relu": {"bias": True, "norm": True, "relu": True},
        "scale-rounded": {"scale": 0.1, "input_scale": 3.3, "bias": True},
        "scale-large": {"scale": 1000.0, "input_scale": 1e6},
        "scale-small": {"scale": 1e-4, "input_scale": 1e-5},
    }.items():
        yield build.conv2d(f"conv2d-data-{name}", shape, 21, 3, padding=1, **options)
    yield _cancellation()
    yield _wide_key()


def _to_positions(choose):
    """Offsets that put samples at ``choose(drawn, grid)``; drawn are random integers."""

    def offsets(name: str, grid: np.ndarray) -> np.ndarray:
        drawn = recipes.integer(name, grid.shape, 1 << 20).values().astype(np.int64)
        return choose(drawn, grid) - grid

    return offsets


def _vertical(grid: np.ndarray) -> np.ndarray:
    """True at the dy channels."""
    return (np.arange(grid.shape[1]) % 2 == 0)[None, :, None, None] & np.ones(grid.shape, bool)


def _borders(height: int, width: int):
    """Samples exactly at -1, 0, H - 1, H and a little to either side of them."""

    def choose(drawn, grid):
        length = np.where(_vertical(grid), height, width)
        places = np.stack([-1 + 0 * length, 0 * length, length - 1, length])
        place = np.take_along_axis(places, (drawn % 4)[None], axis=0)[0]
        return place + ((drawn // 4) % 3 - 1) * 2.0**-12

    return _to_positions(choose)


def _near_lattice(drawn, grid):
    """Samples on the lattice or 2**-20 beside it."""
    return grid + drawn % 5 - 2 + ((drawn // 5) % 3 - 1) * 2.0**-20


def _on_lattice(drawn, grid):
    """Samples exactly on the lattice, within two pixels of the grid."""
    return grid + drawn % 5 - 2


def _partly_far(drawn, grid):
    """A third of the coordinates a thousand pixels away, on either side."""
    near = grid + (drawn % 256) / 128.0 - 1.0
    far = grid + np.where(drawn % 2 == 0, 1000.0, -1000.0) + 0.25
    return np.where(drawn % 3 == 0, far, near)


def _towards(vertical: int, horizontal: int, distance: float):
    """Taps pushed out over one side of the map, some of them wholly."""

    def choose(drawn, grid):
        direction = np.where(_vertical(grid), vertical, horizontal)
        return grid + direction * distance * (np.abs(drawn) % 1024) / 1024.0

    return _to_positions(choose)


def _deformable() -> Iterator[Case]:
    """Deformable convolutions: sizes, geometry and offsets of every sort."""
    for channels, out in ((1, 1), (3, 5), (15, 6), (16, 16), (17, 8), (33, 9), (57, 17)):
        name = f"deform_conv2d-channels-{channels:02d}-{out:02d}"
        yield build.deform_conv2d(
            name, (1, channels, 6, 7), out, 3, padding=1, norm=True, relu=True
        )
    for dilation in (5, 4, 3, 2):
        name = f"deform_conv2d-dilation-{dilation}"
        options = {"padding": dilation, "dilation": dilation, "norm": True, "relu": True}
        yield build.deform_conv2d(name, (1, 16, 8, 9), 18, 3, 3.0, **options)
    for kernel in ((1, 1), (1, 5), (5, 1), (2, 2), (5, 5), (7, 7)):
        name = f"deform_conv2d-kernel-{kernel[0]}x{kernel[1]}"
        same = (kernel[0] // 2, kernel[1] // 2)
        yield build.deform_conv2d(name, (2, 4, 7, 8), 6, kernel, padding=same, bias=True)
    for height, width in ((1, 1), (1, 9), (9, 1), (2, 2), (5, 13)):
        name = f"deform_conv2d-map-{height}x{width}"
        yield build.deform_conv2d(name, (1, 16, height, width), 9, 3, padding=1, bias=True)
    yield build.deform_conv2d("deform_conv2d-batch2", (2, 17, 7, 6), 8, 3, 2.0, 1, 1, norm=True)
    yield build.deform_conv2d(
        "deform_conv2d-stride-2x1", (2, 5, 9, 8), 7, 3, 2.0, (2, 1), 1, bias=True
    )
    yield build.deform_conv2d(
        "deform_conv2d-all-unequal", (2, 5, 11, 12), 7, (3, 2), 2.0, (2, 3), (1, 2), (2, 3), True
    )
    yield build.deform_conv2d(
        "deform_conv2d-offset-zero", (1, 16, 6, 7), 8, 3, 0.0, 1, 1, bias=True
    )
    yield build.deform_conv2d("deform_conv2d-offset-half", (1, 16, 6, 7), 8, 3, 0.5, 1, 1)
    yield build.deform_conv2d("deform_conv2d-offset-8", (1, 16, 10, 11), 8, 3, 8.0, 1, 1, norm=True)
    shape = (2, 16, 8, 9)
    for label, offset in {
        "lattice": _to_positions(_on_lattice),
        "near-lattice": _to_positions(_near_lattice),
        "borders": _borders(*shape[2:]),
        "far": _to_positions(_partly_far),
        "above": _towards(-1, 0, 6.0),
        "below": _towards(1, 0, 6.0),
        "left": _towards(0, -1, 6.0),
        "right": _towards(0, 1, 6.0),
    }.items():
        name = f"deform_conv2d-offset-{label}"
        yield build.deform_conv2d(name, shape, 10, 3, offset, 1, 2, 2, bias=True)


def _pooling() -> Iterator[Case]:
    """Max pooling of the networks and its corner cases."""
    for height, width in ((1, 1), (2, 2), (5, 5), (6, 7), (7, 6), (15, 17), (1, 33), (33, 1)):
        shape = (1, 3, height, width)
        if min(height, width) > 1:
            yield build.max_pool2d(f"max_pool2d-2x2-{height}x{width}", shape, 2, 2)
        yield build.max_pool2d(f"max_pool2d-2x2-ceil-{height}x{width}", shape, 2, 2, 0, True)
        yield build.max_pool2d(f"max_pool2d-3x3-stride1-{height}x{width}", shape, 3, 1, 1)
    yield build.max_pool2d("max_pool2d-resnet-stem", (2, 17, 11, 12), 3, 2, 1)
    yield build.max_pool2d("max_pool2d-ceil-drops-window", (2, 5, 5, 7), 2, 2, 1, True)
    yield build.max_pool2d("max_pool2d-stride-beyond-kernel", (1, 16, 9, 10), 2, 3, 0, True)
    yield build.max_pool2d("max_pool2d-unequal", (2, 5, 9, 14), (3, 2), (2, 3), (1, 0), True)
    negative = build.max_pool2d("max_pool2d-negative-padding", (1, 4, 5, 6), 3, 2, 1)
    # All inputs negative: padding that counts as zero would win everywhere.
    drawn = recipes.nonnegative("max_pool2d-negative-padding/input", (1, 4, 5, 6), 2.0)
    negative.tensors["input"] = -1 - drawn.values()
    yield negative


def _elementwise() -> Iterator[Case]:
    """Norms, activations, sums and products, with tails of every vector width."""
    for channels, height, width in ((1, 1, 1), (3, 1, 17), (16, 5, 5), (33, 3, 7)):
        label, shape = f"{channels}x{height}x{width}", (2, channels, height, width)
        yield build.batch_norm2d(f"batch_norm2d-{label}", shape)
        yield build.batch_norm2d(f"batch_norm2d-{label}-relu", shape, relu=True)
        yield build.unary(f"relu-{label}", "relu", shape, exact=True)
        yield build.unary(f"sigmoid-{label}", "sigmoid", shape, 8.0)
        for kind in ("multiply", "add"):
            yield build.elementwise(f"{kind}-{label}", kind, shape)
            yield build.elementwise(f"{kind}-{label}-relu", kind, shape, relu=True)
        yield build.l2_norm(f"l2_norm-{label}", shape)
        yield build.objectness_modulate(f"objectness_modulate-{label}", shape)
    yield build.unary("sigmoid-range-90", "sigmoid", (1, 4, 16, 17), 90.0)
    yield build.l2_norm("l2_norm-512", (1, 512, 2, 3))
    yield build.l2_norm("l2_norm-small", (1, 17, 3, 5), scale=1e-6)
    silent = build.l2_norm("l2_norm-zero-pixel", (1, 5, 3, 3))
    # A pixel that is zero in every channel: only eps keeps it from 0 / 0.
    values = silent.tensors["input"].values()
    values[:, :, 1, 2] = 0
    silent.tensors["input"] = values
    yield silent


def _rearranging() -> Iterator[Case]:
    """Kinds that only move values."""
    yield build.concat("concat-2", [(2, 3, 4, 5), (2, 17, 4, 5)])
    yield build.concat("concat-3", [(1, 32, 5, 7), (1, 32, 5, 7), (1, 32, 5, 7)])
    yield build.concat(
        "concat-4-unequal", [(2, 1, 3, 3), (2, 16, 3, 3), (2, 5, 3, 3), (2, 33, 3, 3)]
    )
    yield build.concat("concat-levels", [(2, n, 4) for n in (75, 27, 12, 3)])
    for anchors in (1, 3, 4, 6):
        shape = (2, 4 * anchors, 5, 7)
        yield build.unary(f"box_offsets-{anchors}", "box_offsets", shape, exact=True)
        shape = (2, 2 * anchors, 5, 7)
        yield build.unary(f"objectness_map-{anchors}", "objectness_map", shape, 9.0)
    for anchors, values in ((3, 2), (3, 4), (3, 21), (3, 81), (1, 5), (6, 4)):
        name, shape = f"head_permute-{anchors}x{values}", (2, anchors * values, 3, 5)
        yield build.unary(name, "head_permute", shape, exact=True, values=values)
    yield build.unary("head_permute-1x1", "head_permute", (1, 6, 1, 1), exact=True, values=2)


def _softmax() -> Iterator[Case]:
    """Rows of the networks' class counts and of vector tails; extreme and equal logits."""
    for classes in (1, 2, 3, 15, 16, 17, 21, 81):
        yield build.unary(f"softmax-{classes:02d}", "softmax", (2, 13, classes), 6.0)
    for classes in (2, 81):
        yield build.unary(f"softmax-{classes:02d}-range-80", "softmax", (1, 17, classes), 80.0)
        equal = build.unary(f"softmax-{classes:02d}-equal", "softmax", (1, 5, classes))
        equal.tensors["input"] = recipes.constant((1, 5, classes), -7.25)
        yield equal


def _boxes() -> Iterator[Case]:
    """Priors and decoding."""
    yield build.prior_box("prior_box-320-level3", 320, 10, 32, 128)
    yield build.prior_box("prior_box-320-level4", 320, 5, 64, 256)
    yield build.prior_box("prior_box-unclipped", 320, 5, 64, 256, clip=False)
    yield build.prior_box(
        "prior_box-unequal", (300, 500), (4, 7), (75, 72), 60, (2.0, 0.5, 3.0, 1 / 3)
    )
    yield build.prior_box("prior_box-1x1-no-ratio", 64, 1, 64, 30, ())
    for priors in (1, 7, 15, 16, 17, 50):
        yield build.decode_boxes(f"decode_boxes-{priors:02d}", 1, priors)
    yield build.decode_boxes("decode_boxes-batch2", 2, 33)
    yield build.decode_boxes("decode_boxes-large-loc", 1, 33, 12.0)
    yield build.decode_boxes("decode_boxes-other-variances", 1, 33, 2.0, (0.2, 0.05))


def _random_suppression(classes: int, anchors: int) -> Case:
    """Crowded boxes, of whose scores about half pass and of whose anchors three quarters."""
    name = f"nms-{classes:02d}-classes"

    def make(salt: str) -> Case | None:
        return suppression.case(
            name,
            suppression.random_boxes(salt, anchors, 60, (20, 40), 0.25),
            recipes.nonnegative(f"{salt}/scores", (anchors, classes), 0.02),
            recipes.nonnegative(f"{salt}/objectness", (anchors,), 0.04),
        )

    return suppression.first_clear(make, name)


def _suppression() -> Iterator[Case]:
    """Greedy NMS: chains, limits per class, filtered anchors, ties, the +1 convention."""
    yield _random_suppression(2, 40)
    yield _random_suppression(21, 60)
    yield _random_suppression(81, 50)

    def limited(salt: str) -> Case | None:
        return suppression.case(
            "nms-max-per-class",
            suppression.random_boxes(salt, 120, 300, (8, 24), 0.25),
            recipes.nonnegative(f"{salt}/scores", (120, 3), 1.0),
            recipes.constant((120,), 0.5),
            max_per_class=20,
        )

    yield suppression.first_clear(limited, "nms-max-per-class")
    # Each box overlaps only its neighbours: a suppressed box must not suppress.
    left = np.arange(12) * 5.0
    chain = np.stack([left, 0 * left, left + 15.0, 0 * left + 20.0], axis=1)
    falling = np.stack([0 * left, 0.9 - left / 100], axis=1).astype(np.float32)
    always = recipes.constant((12,), 1.0)
    yield suppression.case("nms-chain", chain, falling, always)
    # Equal scores, apart from one another: the lower index comes first.
    apart = np.stack([left * 10, 0 * left, left * 10 + 20.0, 0 * left + 20.0], axis=1)
    tied = Case("nms-ties", "nms", build.NMS)
    tied.tensors = {
        "input": apart.astype(np.float32),
        "input.1": recipes.constant((12, 3), 0.25),
        "input.2": always,
    }
    yield tied
    # The first pair's IoU is 0.408 without the extra pixel and 0.454 with it.
    near = np.array([[0.0, 0.0, 6.0, 12.0], [0.0, 0.0, 6.0, 4.9], [40.0, 0.0, 42.0, 0.0]])
    two = np.array([[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]], dtype=np.float32)
    yield suppression.case("nms-plus-one", near, two, recipes.constant((3,), 1.0))
    # Every other anchor is no object, whatever its classes score.
    ladder = (np.arange(1, 61) / 61).reshape(30, 2).astype(np.float32)
    alternate = np.array([0.0, 0.02] * 15, dtype=np.float32)

    def filtered(salt: str) -> Case | None:
        boxes = suppression.random_boxes(salt, 30, 80, (10, 30), 0.25)
        return suppression.case("nms-objectness-filter", boxes, ladder, alternate)

    yield suppression.first_clear(filtered, "nms-objectness-filter")


def _resizing() -> Iterator[Case]:
    """Bilinear resizing up and down, to and from one pixel."""
    for source, target in (
        ((5, 7), (10, 14)),
        ((7, 5), (16, 17)),
        ((16, 17), (7, 5)),
        ((31, 29), (8, 8)),
        ((9, 9), (9, 9)),
        ((1, 1), (5, 4)),
        ((6, 5), (1, 1)),
        ((1, 9), (3, 27)),
        ((33, 1), (11, 2)),
    ):
        name = f"resize_bilinear-{source[0]}x{source[1]}-{target[0]}x{target[1]}"
        yield build.unary(name, "resize_bilinear", (2, 3, *source), 255.0, size=list(target))


def cases() -> Iterator[Case]:
    """All probes, in a fixed order."""
    for section in (
        _convolution_sizes,
        _convolution_maps,
        _convolution_kernels,
        _convolution_groups,
        _convolution_data,
        _deformable,
        _pooling,
        _elementwise,
        _rearranging,
        _softmax,
        _boxes,
        _suppression,
        _resizing,
    ):
        yield from section()
