"""EFGRNet with a VGG16 backbone as data: every layer, its shapes and its inputs.

The names are the ones used everywhere in this repository.  ``network(320)`` is
efgrnet-vgg16-320-coco, ``network(512)`` efgrnet-vgg16-512-coco.
"""

from dataclasses import dataclass, field

from .builders import BN_EPS, NMS, output_size, pair

IMAGE = "image"
"""Name of the network's input, [1,3,S,S]."""
PIXEL_SCALE = "pixel_scale"
"""Name of the constant that takes boxes to pixels, rows (W, H, W, H)."""

CLASSES = 81
"""COCO's classes, the background among them."""
ANCHORS = 3
STRIDES = (8, 16, 32, 64)
BOX_SIZES = (30.0, 64.0, 128.0, 256.0)
"""Side of the square prior of each level, in pixels."""
ASPECT_RATIOS = (2.0, 0.5)
DEFORM_DILATIONS = (5, 4, 3, 2)
VARIANCES = (0.1, 0.2)


@dataclass(frozen=True)
class Source:
    """A layer's input: which layer it comes from and the shape it is viewed in.

    With ``column`` only that index of the source's last axis is taken.
    """

    name: str
    shape: tuple[int, ...]
    column: int | None = None


@dataclass(frozen=True)
class Layer:
    """One layer of a network."""

    name: str
    kind: str
    attributes: dict
    sources: tuple[Source, ...]
    shape: tuple[int, ...]
    """Of the output; empty for nms, whose number of rows depends on the data."""
    parameters: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, Source]:
        """The sources by the name of the tensor they become."""
        names = ["input", *(f"input.{index}" for index in range(1, len(self.sources)))]
        if self.kind == "deform_conv2d":
            names = ["input", "offset"]
        return dict(zip(names[: len(self.sources)], self.sources, strict=True))


class _Builder:
    """Collects layers in order and works out their shapes."""

    def __init__(self, size: int):
        self.layers: list[Layer] = []
        self.shapes: dict[str, tuple[int, ...]] = {IMAGE: (1, 3, size, size)}

    def add(self, name, kind, sources, shape, attributes=None, parameters=None) -> str:
        """Appends a layer; a source is a name, or a name and a viewed shape."""
        viewed = tuple(
            Source(source, self.shapes[source]) if isinstance(source, str) else Source(*source)
            for source in sources
        )
        self.layers.append(Layer(name, kind, attributes or {}, viewed, shape, parameters or {}))
        self.shapes[name] = shape
        return name

    def conv(
        self,
        name,
        source,
        out,
        kernel=1,
        stride=1,
        padding=0,
        dilation=1,
        *,
        norm=False,
        relu=False,
    ) -> str:
        """``C+b``, or ``CB`` with ``norm``, or either with ReLU."""
        _, channels, height, width = self.shapes[source]
        size = [output_size(s, kernel, stride, padding, dilation) for s in (height, width)]
        attributes = {
            "stride": pair(stride),
            "padding": pair(padding),
            "dilation": pair(dilation),
            "groups": 1,
            "relu": relu,
        }
        parameters = {"weight": (out, channels, kernel, kernel)}
        if norm:
            attributes["bn_eps"] = BN_EPS
            parameters |= norm_parameters(out)
        else:
            parameters["bias"] = (out,)
        return self.add(name, "conv2d", [source], (1, out, *size), attributes, parameters)

    def cbr(self, name, source, out, kernel=1, stride=1, padding=0, dilation=1) -> str:
        """Convolution without bias, norm, ReLU."""
        return self.conv(name, source, out, kernel, stride, padding, dilation, norm=True, relu=True)

    def pool(self, name, source, kernel=2, stride=2, padding=0, ceil_mode=False) -> str:
        """Max pooling of the sizes that occur here, where ceil and floor agree."""
        _, channels, height, width = self.shapes[source]
        size = [output_size(s, kernel, stride, padding, 1) for s in (height, width)]
        attributes = {
            "kernel": pair(kernel),
            "stride": pair(stride),
            "padding": pair(padding),
            "ceil_mode": ceil_mode,
        }
        return self.add(name, "max_pool2d", [source], (1, channels, *size), attributes)

    def norm(self, name, source) -> str:
        """Batch normalisation alone."""
        shape = self.shapes[source]
        attributes = {"bn_eps": BN_EPS, "relu": False}
        return self.add(
            name, "batch_norm2d", [source], shape, attributes, norm_parameters(shape[1])
        )

    def product(self, name, sources, relu) -> str:
        """Elementwise product."""
        return self.add(name, "multiply", sources, self.shapes[sources[0]], {"relu": relu})

    def deform(self, name, source, offset, out, dilation) -> str:
        """3x3 deformable convolution, norm, ReLU; padding equals dilation."""
        _, channels, height, width = self.shapes[source]
        attributes = {
            "stride": [1, 1],
            "padding": pair(dilation),
            "dilation": pair(dilation),
            "relu": True,
            "bn_eps": BN_EPS,
        }
        parameters = {"weight": (out, channels, 3, 3)} | norm_parameters(out)
        shape = (1, out, height, width)
        return self.add(name, "deform_conv2d", [source, offset], shape, attributes, parameters)

    def permute(self, source, values) -> str:
        """Head to [1, H*W*A, values]."""
        _, channels, height, width = self.shapes[source]
        shape = (1, height * width * channels // values, values)
        return self.add(f"{source}.permute", "head_permute", [source], shape, {"values": values})

    def concat(self, name, sources) -> str:
        """Along axis 1; sources are names or (name, viewed shape)."""
        shapes = [self.shapes[s] if isinstance(s, str) else s[1] for s in sources]
        shape = (shapes[0][0], sum(s[1] for s in shapes), *shapes[0][2:])
        return self.add(name, "concat", sources, shape)


def norm_parameters(channels: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a norm's parameters."""
    names = ("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
    return dict.fromkeys(names, (channels,))


def _backbone(b: _Builder) -> None:
    """VGG16 to fc7, and the four extra convolutions."""
    last = IMAGE
    for block, (depth, channels) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), 1):
        for index in range(1, depth + 1):
            last = b.conv(f"conv{block}_{index}", last, channels, 3, padding=1, relu=True)
        if block < 5:
            last = b.pool(f"pool{block}", last, ceil_mode=block == 3)
    last = b.pool("pool5", last, 3, 1, 1)
    last = b.conv("fc6", last, 1024, 3, padding=6, dilation=6, relu=True)
    last = b.conv("fc7", last, 1024, relu=True)
    last = b.cbr("conv8_1", last, 256)
    last = b.cbr("conv8_2", last, 256, 3, 2, 1)
    last = b.cbr("conv9_1", last, 128)
    b.cbr("conv9_2", last, 256, 3, 2, 1)


def _multi_scale_features(b: _Builder) -> None:
    """MSCF: context at three dilations from the image at an eighth of its size."""
    last = IMAGE
    for index in (1, 2, 3):
        last = b.pool(f"mscf.pool{index}", last)
    last = b.cbr("mscf.proj1", last, 128, 3, padding=1)
    last = b.cbr("mscf.proj2", last, 128)
    branches = []
    for index, dilation in enumerate((1, 2, 4), 1):
        reduced = b.cbr(f"mscf.branch{index}.reduce", last, 32)
        context = f"mscf.branch{index}.context"
        branches.append(b.cbr(context, reduced, 32, 3, 1, dilation, dilation))
    b.conv("mscf.aggregate", b.concat("mscf.concat", branches), 512, norm=True)


def _enrichment(b: _Builder) -> None:
    """The bottom-up products, enrichments and down-sampling convolutions."""
    b.norm("norm1", "conv4_3")
    b.product("product1", ["norm1", "mscf.aggregate"], relu=True)
    b.cbr("enrich1", "product1", 512, 3, padding=1)
    b.conv("down1", "enrich1", 1024, 3, 2, 1, norm=True)
    b.norm("norm2", "fc7")
    b.product("product2", ["norm2", "down1"], relu=True)
    b.cbr("enrich2", "product2", 1024, 3, padding=1)
    b.conv("down2", "enrich2", 256, 3, 2, 1, norm=True)
    b.product("product3", ["conv8_2", "down2"], relu=False)
    b.cbr("enrich3", "product3", 256, 3, padding=1)
    b.conv("down3", "enrich3", 256, 3, 2, 1, norm=True)
    b.product("product4", ["conv9_2", "down3"], relu=False)
    b.cbr("enrich4", "product4", 256, 3, padding=1)


def _refinement(b: _Builder, level: int, size: int) -> None:
    """One level's objectness, offsets, deformable convolution, heads and priors."""
    features = f"enrich{level}"
    height, width = b.shapes[features][2:]
    loc = b.conv(f"objectness{level}.loc", features, 4 * ANCHORS, 3, padding=1)
    conf = b.conv(f"objectness{level}.conf", features, 2 * ANCHORS, 3, padding=1)
    one = (1, 1, height, width)
    objects = b.add(f"objectness{level}.map", "objectness_map", [conf], one)
    shape = b.shapes[features]
    modulated = b.add(f"modulate{level}", "objectness_modulate", [features, objects], shape)
    shape = (1, 2 * ANCHORS, height, width)
    offset_input = b.add(f"offset_input{level}", "box_offsets", [loc], shape)
    offset = b.cbr(f"offset{level}", offset_input, 18)
    refined = b.deform(f"deform{level}", modulated, offset, 256, DEFORM_DILATIONS[level - 1])
    head_loc = b.conv(f"head{level}.loc", refined, 4 * ANCHORS, 3, padding=1)
    head_conf = b.conv(f"head{level}.conf", refined, CLASSES * ANCHORS, 3, padding=1)
    for head, values in ((loc, 4), (conf, 2), (head_loc, 4), (head_conf, CLASSES)):
        b.permute(head, values)
    priors = {
        "image_size": pair(size),
        "feature_map": [height, width],
        "stride": pair(STRIDES[level - 1]),
        "min_size": BOX_SIZES[level - 1],
        "aspect_ratios": list(ASPECT_RATIOS),
        "clip": True,
    }
    b.add(f"prior{level}", "prior_box", [], (height * width * ANCHORS, 4), priors)


def _detection(b: _Builder) -> None:
    """All levels together: scores, boxes, detections."""
    levels = (1, 2, 3, 4)
    for head in ("objectness{}.loc", "objectness{}.conf", "head{}.loc", "head{}.conf"):
        b.concat(head.format(""), [f"{head.format(level)}.permute" for level in levels])
    b.concat("priors", [(f"prior{x}", (1, *b.shapes[f"prior{x}"])) for x in levels])
    count = b.shapes["priors"][1]
    b.add("objectness.scores", "softmax", ["objectness.conf"], (1, count, 2))
    b.add("scores", "softmax", ["head.conf"], (1, count, CLASSES))
    b.add(
        "boxes",
        "decode_boxes",
        ["objectness.loc", "head.loc", ("priors", (count, 4))],
        (1, count, 4),
        {"variances": list(VARIANCES)},
    )
    b.shapes[PIXEL_SCALE] = (1, count, 4)
    b.product("boxes.pixels", ["boxes", PIXEL_SCALE], relu=False)
    b.add(
        "detections",
        "nms",
        [
            ("boxes.pixels", (count, 4)),
            ("scores", (count, CLASSES)),
            ("objectness.scores", (count,), 1),
        ],
        (),
        dict(NMS),
    )


def network(size: int) -> list[Layer]:
    """Every layer of efgrnet-vgg16-``size``-coco, in the order of computation."""
    builder = _Builder(size)
    _backbone(builder)
    _multi_scale_features(builder)
    _enrichment(builder)
    for level in (1, 2, 3, 4):
        _refinement(builder, level, size)
    _detection(builder)
    return builder.layers


def network_name(size: int) -> str:
    """efgrnet-vgg16-``size``-coco."""
    return f"efgrnet-vgg16-{size}-coco"
