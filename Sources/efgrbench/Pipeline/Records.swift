import Accuracy
import Backends
import Catalogue
import History
import Tensors
import Verification

extension ResultStatus {
  /// The same status in the record's words.
  init(_ status: Status) {
    self =
      switch status {
      case .exact: .exact
      case .passed: .passed
      case .marginal: .marginal
      case .failed: .failed
      case .mistrusted: .mistrusted
      case .unimplemented: .unimplemented
      case .refused: .refused
      }
  }
}

extension ResultRecord {
  /// A verdict as the record keeps it.
  init(_ verdict: Verdict, backend: String, algorithm: String, repro: String) {
    let compared = verdict.elements > 0
    self.init(
      backend: backend, algorithm: algorithm, status: ResultStatus(verdict.status),
      elements: verdict.elements,
      maxAbsError: compared ? verdict.maxAbsError : nil, maxRatio: compared ? verdict.maxRatio : nil,
      probabilisticRatio: compared ? verdict.maxProbabilisticRatio : nil,
      ulp: compared
        ? ULPDistances(
          p50: Double(verdict.ulp.p50), p99: Double(verdict.ulp.p99), max: Double(verdict.ulp.max)) : nil,
      firstFailure: verdict.firstFailure.map {
        FirstFailure(index: $0.index, expected: $0.expected, got: Double($0.got), bound: $0.bound)
      },
      repro: repro, message: verdict.needsWords ? verdict.message : "")
  }
}

extension Verdict {
  /// Whether the numbers do not say it all: something is not good, or a decision has flipped.
  fileprivate var needsWords: Bool { !(status == .exact || status == .passed) || flips > 0 }
}

extension Link {
  /// The link as the record keeps it.
  var record: ChainedResult {
    ChainedResult(status: ResultStatus(verdict.status), localRatio: verdict.maxRatio, drift: shares?.total)
  }
}

extension LayerRecord {
  /// A catalogue layer as the record keeps it, without results.
  init(_ layer: Layer, position: Int) {
    self.init(
      name: layer.name, kind: layer.kind.rawValue, position: position, attributes: layer.attributesInWords,
      inputShapes: layer.inputShapes.map(\.dimensions), outputShape: layer.outputShape.dimensions,
      parameters: layer.parameterCount, macs: layer.macs, bytes: layer.bytesMoved)
  }
}

extension Layer {
  /// What the kind leaves open: `3×3, stride 2×2, pad 1×1, norm, ReLU`.
  var attributesInWords: String {
    switch operation {
    case .conv2d(let convolution), .deformConv2d(let convolution): words(convolution)
    case .maxPool2d(let pooling):
      "\(pooling.kernel), stride \(pooling.stride)"
        + (pooling.padding == Pair(0) ? "" : ", pad \(pooling.padding)") + (pooling.ceilMode ? ", ceil" : "")
    case .batchNorm2d(_, let relu), .multiply(let relu), .add(let relu): relu ? "ReLU" : ""
    case .headPermute(let values): "\(values) values"
    case .priorBox(let prior): "size \(prior.minSize.formatted()), \(prior.boxesPerCell) per cell"
    case .nms(let suppression):
      "score > \(suppression.scoreThreshold), IoU ≤ \(suppression.iouThreshold), "
        + "\(suppression.maxPerClass) per class"
    case .resizeBilinear(let size): "to \(size)"
    case .relu, .sigmoid, .concat, .l2Norm, .boxOffsets, .objectnessMap, .objectnessModulate, .softmax,
      .decodeBoxes:
      ""
    }
  }

  private func words(_ convolution: Convolution) -> String {
    var words: [String] = []
    if let weight = parameterShapes.weight { words.append("\(weight[2])×\(weight[3])") }
    if convolution.stride != Pair(1) { words.append("stride \(convolution.stride)") }
    if convolution.padding != Pair(0) { words.append("pad \(convolution.padding)") }
    if convolution.dilation != Pair(1) { words.append("dilation \(convolution.dilation)") }
    if convolution.groups > 1 { words.append("\(convolution.groups) groups") }
    if parameterShapes.norm != nil { words.append("norm") }
    if convolution.relu { words.append("ReLU") }
    return words.joined(separator: ", ")
  }
}
