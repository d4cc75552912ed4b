import Tensors

/// EFGRNet on VGG16 (Nie et al., *Enriched Feature Guided Refinement Network for Object Detection*, ICCV 2019),
/// after the published model where paper and model differ.
package struct EFGRNetVGG16 {
  private static let image = NetworkBuilder.image
  private static let anchors = 3
  private static let levels = 1...4
  private static let strides = [8, 16, 32, 64]
  private static let priorSizes: [Double] = [30, 64, 128, 256]
  private static let deformableDilations = [5, 4, 3, 2]

  /// The network for pictures of `imageSize` pixels each way: a multiple of 64, so that every level has whole cells.
  package static func network(name: String, imageSize: Int, classes: Int) -> Network {
    var builder = NetworkBuilder(name: name, imageSize: imageSize, classes: classes)
    addBackbone(&builder)
    addContext(&builder)
    addEnrichment(&builder)
    for level in levels { addRefinement(&builder, level: level) }
    addDetection(&builder)
    return builder.network
  }

  /// VGG16 with dilated fc6, and the extra layers of SSD.
  private static func addBackbone(_ net: inout NetworkBuilder) {
    let halving = Operation.maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2)))
    let halvingUp = Operation.maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2), ceilMode: true))
    var last = image
    for (stage, channels, count) in [(1, 64, 2), (2, 128, 2), (3, 256, 3), (4, 512, 3), (5, 512, 3)] {
      for index in 1...count {
        last = net.convolution(
          "conv\(stage)_\(index)", last, channels, kernel: 3, padding: 1, .bias(relu: true))
      }
      if stage < 5 { last = net.add("pool\(stage)", stage == 3 ? halvingUp : halving, last) }
    }
    net.add("pool5", .maxPool2d(Pooling(kernel: Pair(3), stride: Pair(1), padding: Pair(1))), last)
    net.convolution("fc6", "pool5", 1024, kernel: 3, padding: 6, dilation: 6, .bias(relu: true))
    net.convolution("fc7", "fc6", 1024, .bias(relu: true))
    net.convolution("conv8_1", "fc7", 256, .norm(relu: true))
    net.convolution("conv8_2", "conv8_1", 256, kernel: 3, stride: 2, padding: 1, .norm(relu: true))
    net.convolution("conv9_1", "conv8_2", 128, .norm(relu: true))
    net.convolution("conv9_2", "conv9_1", 256, kernel: 3, stride: 2, padding: 1, .norm(relu: true))
  }

  /// MSCF: multi-scale contextual features of the downsampled picture.
  private static func addContext(_ net: inout NetworkBuilder) {
    let halving = Operation.maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2)))
    net.add("mscf.pool1", halving, image)
    net.add("mscf.pool2", halving, "mscf.pool1")
    net.add("mscf.pool3", halving, "mscf.pool2")
    net.convolution("mscf.proj1", "mscf.pool3", 128, kernel: 3, padding: 1, .norm(relu: true))
    net.convolution("mscf.proj2", "mscf.proj1", 128, .norm(relu: true))
    for (branch, dilation) in [(1, 1), (2, 2), (3, 4)] {
      net.convolution("mscf.branch\(branch).reduce", "mscf.proj2", 32, .norm(relu: true))
      net.convolution(
        "mscf.branch\(branch).context", "mscf.branch\(branch).reduce", 32, kernel: 3, padding: dilation,
        dilation: dilation, .norm(relu: true))
    }
    net.add("mscf.concat", .concat, "mscf.branch1.context", "mscf.branch2.context", "mscf.branch3.context")
    net.convolution("mscf.aggregate", "mscf.concat", 512, .norm(relu: false))
  }

  /// The bottom-up chain of the objectness module: c1 to c4, here `enrich1` to `enrich4`.
  private static func addEnrichment(_ net: inout NetworkBuilder) {
    net.norm("norm1", "conv4_3")
    net.add("product1", .multiply(relu: true), "norm1", "mscf.aggregate")
    net.convolution("enrich1", "product1", 512, kernel: 3, padding: 1, .norm(relu: true))
    net.convolution("down1", "enrich1", 1024, kernel: 3, stride: 2, padding: 1, .norm(relu: false))
    net.norm("norm2", "fc7")
    net.add("product2", .multiply(relu: true), "norm2", "down1")
    net.convolution("enrich2", "product2", 1024, kernel: 3, padding: 1, .norm(relu: true))
    net.convolution("down2", "enrich2", 256, kernel: 3, stride: 2, padding: 1, .norm(relu: false))
    net.add("product3", .multiply(relu: false), "conv8_2", "down2")
    net.convolution("enrich3", "product3", 256, kernel: 3, padding: 1, .norm(relu: true))
    net.convolution("down3", "enrich3", 256, kernel: 3, stride: 2, padding: 1, .norm(relu: false))
    net.add("product4", .multiply(relu: false), "conv9_2", "down3")
    net.convolution("enrich4", "product4", 256, kernel: 3, padding: 1, .norm(relu: true))
  }

  /// One level: objectness heads, the feature guided refinement module, and the heads on refined features.
  private static func addRefinement(_ net: inout NetworkBuilder, level x: Int) {
    let features = "enrich\(x)"
    net.convolution("objectness\(x).loc", features, anchors * 4, kernel: 3, padding: 1, .plain)
    net.convolution("objectness\(x).conf", features, anchors * 2, kernel: 3, padding: 1, .plain)
    net.add("objectness\(x).map", .objectnessMap, "objectness\(x).conf")
    net.add("modulate\(x)", .objectnessModulate, features, "objectness\(x).map")
    net.add("offset_input\(x)", .boxOffsets, "objectness\(x).loc")
    net.convolution("offset\(x)", "offset_input\(x)", 2 * 9, .norm(relu: true))
    net.deformable(
      "deform\(x)", "modulate\(x)", offset: "offset\(x)", 256, dilation: deformableDilations[x - 1])
    net.convolution("head\(x).loc", "deform\(x)", anchors * 4, kernel: 3, padding: 1, .plain)
    net.convolution("head\(x).conf", "deform\(x)", anchors * net.classes, kernel: 3, padding: 1, .plain)
    for (head, values) in [
      ("objectness\(x).loc", 4), ("objectness\(x).conf", 2), ("head\(x).loc", 4),
      ("head\(x).conf", net.classes),
    ] {
      net.add("\(head).permute", .headPermute(values: values), head)
    }
    let map = net.shape(features)
    net.add(
      "prior\(x)",
      .priorBox(
        PriorBox(
          imageSize: Pair(net.imageSize), featureMap: Pair(map[2], map[3]), stride: Pair(strides[x - 1]),
          minSize: priorSizes[x - 1], aspectRatios: [2, 0.5], clip: true)))
  }

  /// All levels joined: scores, decoded boxes, and the filtered detections.
  private static func addDetection(_ net: inout NetworkBuilder) {
    for head in ["objectness%.loc", "objectness%.conf", "head%.loc", "head%.conf"] {
      let parts = levels.map { "\(head.replacing("%", with: "\($0)")).permute" }
      net.add(
        head.replacing("%", with: ""), .concat, from: parts.map(net.source), shapes: parts.map(net.shape))
    }
    let priors = levels.map { "prior\($0)" }
    net.add(
      "priors", .concat, from: priors.map(net.source),
      shapes: priors.map { Shape(trusted: [1] + net.shape($0).dimensions) })
    net.add("objectness.scores", .softmax, "objectness.conf")
    net.add("scores", .softmax, "head.conf")
    let boxes = net.shape("head.loc")
    let count = boxes[1]
    net.add(
      "boxes", .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2),
      from: ["objectness.loc", "head.loc", "priors"].map(net.source),
      shapes: [boxes, boxes, Shape(trusted: [count, 4])])
    net.add(
      "boxes.pixels", .multiply(relu: false), from: [.output(of: "boxes"), .pixelScale],
      shapes: [boxes, boxes])
    net.add(
      "detections",
      .nms(Suppression(scoreThreshold: 0.01, iouThreshold: 0.45, maxPerClass: 50, objectnessThreshold: 0.01)),
      from: [.output(of: "boxes.pixels"), .output(of: "scores"), .column(1, of: "objectness.scores")],
      shapes: [Shape(trusted: [count, 4]), Shape(trusted: [count, net.classes]), Shape(trusted: [count])])
  }
}
