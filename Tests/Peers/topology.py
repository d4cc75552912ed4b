"""EFGRNet with a VGG16 backbone, from the image to the heads, in the terms of a builder.

Written from the description of the network and not from this repository's
catalogue.  Each peer has a builder that turns these calls into its own model.
Left out is what follows the heads: priors, decoding and NMS.  Channels and
kernel sizes follow from the parameters' shapes; every padding keeps the size
of a map, but for its stride.
"""

import re
from typing import Protocol

IMAGE = "image"
HEADS = ("objectness.loc", "objectness.conf", "head.loc", "head.conf")
OUTPUTS = (*HEADS, "objectness.scores", "scores")
"""All [1,priors,values]; the scores are the softmax of the two ``conf``."""

ANCHORS = 3
_DEFORM_DILATIONS = {1: 5, 2: 4, 3: 3, 4: 2}
_CLASSES = {"coco": 81, "voc": 21}


class Builder(Protocol):
    """Makes a model operation by operation; every method returns the name of its output.

    Names are those of the layers; parameters are looked up under them.
    """

    def conv(
        self,
        name: str,
        source: str,
        *,
        stride: int = 1,
        dilation: int = 1,
        relu: bool = True,
        outputs: int | None = None,
    ) -> str:
        """A convolution with its bias or norm, whichever has parameters, and ReLU.

        With ``outputs``, only the first so many output channels.
        """

    def deform(self, name: str, source: str, offset: str, *, dilation: int) -> str:
        """A deformable convolution (or a plain one of the same shape), norm, ReLU."""

    def norm(self, name: str, source: str) -> str:
        """A batch norm on its own."""

    def pool(self, name: str, source: str, *, kernel: int = 2, stride: int = 2) -> str:
        """Max pooling; the maps have even sides, so that rounding them up changes nothing."""

    def multiply(self, name: str, first: str, second: str, *, relu: bool = False) -> str:
        """The product of two tensors of the same shape."""

    def concat(self, name: str, sources: list[str]) -> str:
        """Along channels."""

    def box_offsets(self, name: str, source: str) -> str:
        """[1,4A,H,W] → [1,2A,H,W]: channels 0::4, then 1::4."""

    def objectness_map(self, name: str, source: str) -> str:
        """[1,2A,H,W] → [1,1,H,W]: sigmoid of the maximum over channels 1::2."""

    def modulate(self, name: str, features: str, weights: str) -> str:
        """features·weights + features, with weights [1,1,H,W]."""

    def rows(self, source: str, values: int) -> str:
        """A head [1,A·values,H,W] as [1,H·W·A,values]."""

    def join(self, name: str, sources: list[str]) -> str:
        """Rows of several levels, one after the other."""

    def softmax(self, name: str, source: str) -> str:
        """Over the values of each row."""


def size_and_classes(network: str) -> tuple[int, int]:
    """What a network's name says; raises ValueError for a name not covered here."""
    match = re.fullmatch(r"efgrnet-vgg16-(320|512)-(coco|voc)", network)
    if not match:
        raise ValueError(f'no peers run "{network}": only efgrnet-vgg16-{{320,512}}-{{coco,voc}}')
    return int(match[1]), _CLASSES[match[2]]


def define(builder: Builder, classes: int) -> None:
    """The whole network, from IMAGE to OUTPUTS."""
    features = _enriched(builder)
    levels = [_refine(builder, level, maps, classes) for level, maps in enumerate(features, 1)]
    for head in HEADS:
        builder.join(head, [level[head] for level in levels])
    builder.softmax("objectness.scores", "objectness.conf")
    builder.softmax("scores", "head.conf")


def linear_layers() -> list[str]:
    """The names of all convolutions and deformable convolutions, in order."""
    recorder = Recorder()
    define(recorder, _CLASSES["coco"])
    return list(recorder.layers)


class Recorder:
    """A builder that makes nothing and remembers the linear layers with their attributes."""

    def __init__(self) -> None:
        self.layers: dict[str, dict[str, int | bool | None]] = {}

    def _record(self, name: str, *_sources: str, **attributes: int | bool | None) -> str:
        self.layers[name] = attributes
        return name

    conv = deform = _record

    def rows(self, source: str, _values: int) -> str:
        return source

    def __getattr__(self, _operation: str):
        return lambda name, *_sources, **_attributes: name


def _backbone(b: Builder) -> list[str]:
    """VGG16 and the extra layers; returns the four prediction sources."""
    sources = []
    last = IMAGE
    for block, depth in enumerate((2, 2, 3, 3, 3), 1):
        for index in range(1, depth + 1):
            last = b.conv(f"conv{block}_{index}", last)
        if block == 4:
            sources.append(last)
        kernel, stride = (2, 2) if block < 5 else (3, 1)
        last = b.pool(f"pool{block}", last, kernel=kernel, stride=stride)
    sources.append(b.conv("fc7", b.conv("fc6", last, dilation=6)))
    for block in (8, 9):
        sources.append(b.conv(f"conv{block}_2", b.conv(f"conv{block}_1", sources[-1]), stride=2))
    return sources


def _multi_scale_features(b: Builder) -> str:
    """MSCF, from the image."""
    last = IMAGE
    for index in (1, 2, 3):
        last = b.pool(f"mscf.pool{index}", last)
    last = b.conv("mscf.proj2", b.conv("mscf.proj1", last))
    branches = []
    for index, dilation in enumerate((1, 2, 4), 1):
        branch = f"mscf.branch{index}"
        reduced = b.conv(f"{branch}.reduce", last)
        branches.append(b.conv(f"{branch}.context", reduced, dilation=dilation))
    return b.conv("mscf.aggregate", b.concat("mscf.concat", branches), relu=False)


def _enriched(b: Builder) -> list[str]:
    """The four feature maps that the heads look at."""
    sources = _backbone(b)
    sources[:2] = [b.norm("norm1", sources[0]), b.norm("norm2", sources[1])]
    context = _multi_scale_features(b)
    features = []
    for level, source in enumerate(sources, 1):
        product = b.multiply(f"product{level}", source, context, relu=level <= 2)
        features.append(b.conv(f"enrich{level}", product))
        if level < 4:
            context = b.conv(f"down{level}", features[-1], stride=2, relu=False)
    return features


def _refine(b: Builder, level: int, features: str, classes: int) -> dict[str, str]:
    """One level's four heads by name."""
    objectness = f"objectness{level}"
    loc = b.conv(f"{objectness}.loc", features, relu=False)
    conf = b.conv(f"{objectness}.conf", features, relu=False)
    weights = b.objectness_map(f"{objectness}.map", conf)
    modulated = b.modulate(f"modulate{level}", features, weights)
    offset = b.conv(f"offset{level}", b.box_offsets(f"offset_input{level}", loc))
    refined = b.deform(f"deform{level}", modulated, offset, dilation=_DEFORM_DILATIONS[level])
    head_loc = b.conv(f"head{level}.loc", refined, relu=False)
    head_conf = b.conv(f"head{level}.conf", refined, relu=False, outputs=ANCHORS * classes)
    heads = zip((loc, conf, head_loc, head_conf), (4, 2, 4, classes), strict=True)
    return dict(zip(HEADS, (b.rows(*head) for head in heads), strict=True))
