import Catalogue
import Tensors
import Testing

extension SampleNetwork {
  static let all: [SampleNetwork] = {
    do { return [try products(), try layouts(), try heads(), try oddChannels(), try fewChannels()] } catch {
      Issue.record(error)
      return []
    }
  }()

  /// Products of every form, fused where one factor is a convolution that nobody else reads.
  private static func products() throws -> SampleNetwork {
    var net = NetworkSketch(size: 11)
    try net.convolution("a", "image", 32)
    try net.norm("a.norm", "a")
    try net.convolution("b", "a", 32, hasNorm: true, relu: false)
    // A norm on one side, with and without ReLU.
    try net.add("p1", .multiply(relu: true), "a.norm", "b")
    try net.norm("p1.norm", "p1", relu: true)
    try net.convolution("c", "p1", 32, kernel: 1, relu: false)
    try net.add("p2", .multiply(relu: false), "c", "p1.norm")
    // Both factors are convolutions; the later one takes the product.
    try net.convolution("d", "p2", 48, stride: 2)
    try net.convolution("e", "p2", 48, stride: 2, relu: false)
    try net.add("p3", .multiply(relu: false), "d", "e")
    // Nobody's own: the product stays a layer.
    try net.convolution("f", "p3", 48, dilation: 2)
    try net.add("p4", .multiply(relu: true), "f", "p3")
    try net.add("p5", .add(relu: true), "f", "p4")
    // The square of a map has one factor twice.
    try net.add("p6", .multiply(relu: false), "p5", "p5")
    return SampleNetwork(
      "products", size: 11, fused: ["a.norm", "b", "p1.norm", "c", "e"], net.steps)
  }

  /// Every pooling and border, maps read in several layouts, and a concatenation written in place.
  private static func layouts() throws -> SampleNetwork {
    var net = NetworkSketch(size: 21)
    let ceiling = Pooling(kernel: Pair(2), stride: Pair(2), ceilMode: true)
    try net.add("pool0", .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2))), "image")
    try net.convolution("a", "pool0", 48, kernel: 5)
    try net.add("pool1", .maxPool2d(Pooling(kernel: Pair(3), stride: Pair(1), padding: Pair(1))), "a")
    try net.convolution("wide", "pool1", 32, dilation: 4)
    try net.convolution("narrow", "pool1", 16, kernel: 1)
    try net.convolution("strided", "pool1", 64, stride: 2)
    try net.add("joined", .concat, "wide", "narrow")
    try net.convolution("b", "joined", 32, groups: 2)
    try net.add("pool2", .maxPool2d(ceiling), "joined")
    try net.add(
      "pool3", .maxPool2d(Pooling(kernel: Pair(3, 2), stride: Pair(2, 3), padding: Pair(1, 0))), "b")
    try net.add("resized", .resizeBilinear(size: Pair(7, 9)), "pool2")
    try net.convolution("c", "resized", 80)
    try net.add("squashed", .sigmoid, "c")
    return SampleNetwork("layouts", size: 21, net.steps)
  }

  /// Heads with all that reads them, a deformable convolution, and the filtering.
  private static func heads() throws -> SampleNetwork {
    var net = NetworkSketch(size: 12)
    try net.convolution("a", "image", 64)
    try net.convolution("loc", "a", 12, relu: false)
    try net.convolution("conf", "a", 6, relu: false)
    try net.add("map", .objectnessMap, "conf")
    try net.add("modulate", .objectnessModulate, "a", "map")
    try net.add("offset_input", .boxOffsets, "loc")
    try net.convolution("offset", "offset_input", 18, kernel: 1, hasNorm: true)
    try net.deformable("deform", "modulate", offset: "offset", 48)
    try net.convolution("deeper", "deform", 16, stride: 2)
    try net.convolution("deeper.loc", "deeper", 12, relu: false)
    // Read by more than a permutation: it stays a map.
    try net.add("deeper.loc.relu", .relu, "deeper.loc")
    try net.add("loc.permute", .headPermute(values: 4), "loc")
    try net.add("conf.permute", .headPermute(values: 2), "conf")
    try net.add("deeper.loc.permute", .headPermute(values: 4), "deeper.loc")
    try net.add("locs", .concat, "loc.permute", "deeper.loc.permute")
    try net.add("scores", .softmax, "conf.permute")
    return SampleNetwork("heads", size: 12, net.steps)
  }

  /// Channels that fill no block, in every place.
  private static func oddChannels() throws -> SampleNetwork {
    var net = NetworkSketch(size: 9)
    try net.convolution("a", "image", 20)
    try net.convolution("b", "a", 33, dilation: 2)
    try net.add("pool", .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(1))), "b")
    try net.norm("norm", "pool")
    try net.convolution("c", "norm", 7)
    try net.convolution("d", "norm", 7, kernel: 1)
    try net.add("product", .multiply(relu: true), "c", "d")
    try net.add("joined", .concat, "product", "c")
    try net.convolution("e", "joined", 14)
    return SampleNetwork("odd channels", size: 9, fused: ["d"], net.steps)
  }

  /// Blocks of fewer channels than a vector holds, and of a vector's and a rest.
  private static func fewChannels() throws -> SampleNetwork {
    var net = NetworkSketch(size: 13)
    var (last, fused) = ("image", Set<String>())
    for channels in [12, 5, 3] {
      let name = "c\(channels)"
      try net.convolution("\(name).a", last, channels)
      try net.add("\(name).pool", .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(1))), "\(name).a")
      try net.convolution("\(name).conf", "\(name).pool", 6, relu: false)
      try net.add("\(name).map", .objectnessMap, "\(name).conf")
      try net.add("\(name).modulate", .objectnessModulate, "\(name).pool", "\(name).map")
      try net.convolution("\(name).b", "\(name).modulate", channels)
      try net.add("\(name).product", .multiply(relu: false), "\(name).b", "\(name).modulate")
      fused.insert("\(name).b")
      last = "\(name).product"
    }
    try net.convolution("last", last, 8)
    return SampleNetwork("few channels", size: 13, fused: fused, net.steps)
  }

  /// Poolings of two by two pixels: those that Winograd's algorithm does as it finishes its tiles, `fused`, and others.
  static func poolings() throws -> SampleNetwork {
    let halving = Pooling(kernel: Pair(2), stride: Pair(2))
    var net = NetworkSketch(size: 32)
    try net.convolution("a", "image", 64)
    try net.add("a.pool", .maxPool2d(halving), "a")
    try net.convolution("b", "a.pool", 128, hasNorm: true)
    try net.add("b.pool", .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2), ceilMode: true)), "b")
    // Not clipped, read twice, of another window, and with tiles that reach over the edge.
    try net.convolution("c", "b.pool", 64, relu: false)
    try net.add("c.pool", .maxPool2d(halving), "c")
    try net.convolution("d", "b.pool", 64)
    try net.add("d.pool", .maxPool2d(halving), "d")
    try net.convolution("e", "d", 64)
    try net.add("e.pool", .maxPool2d(Pooling(kernel: Pair(3), stride: Pair(1), padding: Pair(1))), "e")
    try net.add("thirds", .maxPool2d(Pooling(kernel: Pair(3), stride: Pair(3))), "a.pool")
    try net.convolution("f", "thirds", 64)
    try net.add("f.pool", .maxPool2d(halving), "f")
    return SampleNetwork("poolings", size: 32, fused: ["a", "b"], net.steps)
  }
}
