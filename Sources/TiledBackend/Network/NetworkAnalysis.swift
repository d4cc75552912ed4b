import Catalogue
import Tensors

/// What can be said of a network before any memory is laid out: who reads what, which layers are fused, and whose
/// outputs are parts of others'.
struct NetworkAnalysis {
  /// A norm and a convolution taken into the product of the two.
  struct Fusion {
    let convolution: Step
    let norm: Step?
    /// The output that the norm reads, or the product's other factor.
    let factor: String
    /// Whether the product is clipped.
    let relu: Bool
  }

  /// An output that lies in a part of another's memory.
  struct Part {
    let whole: String
    /// Where it begins along axis 1 of the whole.
    let start: Int
  }

  let network: Network
  private let positions: [String: Int]
  private let readers: [String: [Step]]
  /// By the product's name.
  private(set) var fusions: [String: Fusion] = [:]
  /// Convolutions that write their output pooled: by the pooling's name.
  private(set) var pooled: [String: Step] = [:]
  /// Fused layers: by name, the product or the pooling.
  private(set) var absorbed: [String: String] = [:]
  /// Heads whose convolution writes [H·W·A, k] itself: by the convolution's name, the permutation's.
  private(set) var permutations: [String: String] = [:]
  /// By the part's name.
  private(set) var parts: [String: Part] = [:]

  /// - Parameter poolsItself: whether a convolution's algorithm can do a pooling as well.
  init(_ network: Network, poolsItself: (Layer, Pooling) -> Bool) {
    self.network = network
    positions = Dictionary(
      network.steps.enumerated().map { ($1.layer.name, $0) }, uniquingKeysWith: { first, _ in first })
    var readers: [String: [Step]] = [:]
    for step in network.steps {
      for name in step.outputsRead { readers[name, default: []].append(step) }
    }
    self.readers = readers
    for step in network.steps {
      findFusion(step)
      findPooling(step, poolsItself)
      findPermutation(step)
      findParts(step)
    }
  }

  func readers(of name: String) -> [Step] { readers[name] ?? [] }

  func step(_ name: String) -> Step? { positions[name].map { network.steps[$0] } }

  /// Whether a layer is a convolution that can write its output in filled blocks.
  static func isBlockable(_ step: Step) -> Bool {
    switch step.layer.operation {
    case .conv2d(let convolution), .deformConv2d(let convolution):
      convolution.groups == 1 && hasFilledBlocks(step.layer.outputShape)
    default: false
    }
  }

  static func hasFilledBlocks(_ shape: Shape) -> Bool {
    shape.rank == 4 && (shape[1] <= MapLayout.blockDepth || shape[1] % MapLayout.blockDepth == 0)
  }

  /// The border that readers of the output need around it: the widest padding of the convolutions among them.
  func border(of name: String) -> Pair {
    if let part = parts[name] { return border(of: part.whole) }
    return readers(of: name).reduce(Pair(0)) { border, reader in
      guard case .conv2d(let convolution) = reader.layer.operation else { return border }
      return Pair(
        max(border.vertical, convolution.padding.vertical),
        max(border.horizontal, convolution.padding.horizontal))
    }
  }

  /// A product is fused to the later one of its factors, where that is a convolution that nobody else reads.
  private mutating func findFusion(_ product: Step) {
    guard case .multiply(let relu) = product.layer.operation, product.sources.count == 2,
      case .output(let first) = product.sources[0], case .output(let second) = product.sources[1],
      let x = positions[first], let z = positions[second], x != z
    else { return }
    let (convolution, other) = (network.steps[max(x, z)], network.steps[min(x, z)])
    let candidates = [(convolution, other), (other, convolution)]
    for (convolution, other) in candidates {
      guard convolution.layer.kind == .conv2d, Self.isBlockable(convolution),
        readers(of: convolution.layer.name).count == 1
      else { continue }
      let normed = normedSource(other)
      let factor = normed ?? other.layer.name
      guard step(factor)?.layer.outputShape == convolution.layer.outputShape else { continue }
      fusions[product.layer.name] = Fusion(
        convolution: convolution, norm: normed == nil ? nil : other, factor: factor, relu: relu)
      absorbed[convolution.layer.name] = product.layer.name
      if normed != nil { absorbed[other.layer.name] = product.layer.name }
      return
    }
  }

  /// A pooling of what no other layer reads.
  private mutating func findPooling(_ step: Step, _ poolsItself: (Layer, Pooling) -> Bool) {
    guard case .maxPool2d(let pooling) = step.layer.operation, case .output(let name) = step.sources[0],
      let convolution = self.step(name), Self.isBlockable(convolution), readers(of: name).count == 1,
      poolsItself(convolution.layer, pooling)
    else { return }
    pooled[step.layer.name] = convolution
    absorbed[name] = step.layer.name
  }

  /// What a norm reads that only one layer reads itself.
  private func normedSource(_ step: Step) -> String? {
    guard step.layer.kind == .batchNorm2d, readers(of: step.layer.name).count == 1,
      case .output(let source) = step.sources[0]
    else { return nil }
    return source
  }

  /// A convolution that only a permutation reads, and what can read a permuted map, writes it permuted.
  private mutating func findPermutation(_ permutation: Step) {
    guard permutation.layer.kind == .headPermute, case .output(let name) = permutation.sources[0],
      let head = step(name), case .conv2d(let convolution) = head.layer.operation, convolution.groups == 1,
      head.layer.outputShape[0] == 1
    else { return }
    let kinds = readers(of: name).map(\.layer.kind)
    guard kinds.filter({ $0 == .headPermute }).count == 1,
      kinds.allSatisfy({ $0 == .headPermute || $0 == .objectnessMap || $0 == .boxOffsets })
    else { return }
    permutations[name] = permutation.layer.name
  }

  /// A concatenation whose inputs can be written in their places.
  private mutating func findParts(_ concat: Step) {
    guard concat.layer.kind == .concat, concat.layer.outputShape[0] == 1 else { return }
    let isMap = concat.layer.outputShape.rank == 4
    var start = 0
    var found: [String: Part] = [:]
    for (source, shape) in zip(concat.sources, concat.layer.inputShapes) {
      guard case .output(let name) = source, parts[name] == nil, found[name] == nil, let step = step(name),
        absorbed[name] == nil, !isConstant(name)
      else { return }
      let isPlaceable =
        isMap
        ? Self.isBlockable(step) && shape[1] % MapLayout.blockDepth == 0
        : step.layer.outputShape == shape && !step.layer.hasDynamicOutput
      guard isPlaceable else { return }
      found[name] = Part(whole: concat.layer.name, start: start)
      start += shape[1]
    }
    parts.merge(found) { first, _ in first }
  }

  /// Whether an output depends on no picture.
  func isConstant(_ name: String) -> Bool {
    guard let step = step(name) else { return false }
    return step.sources.allSatisfy { source in
      if case .output(let name) = source { isConstant(name) } else { false }
    }
  }
}

extension Step {
  /// The outputs that the step reads, whole or in part.
  var outputsRead: [String] {
    sources.compactMap { source in
      switch source {
      case .output(let name), .column(_, let name): name
      case .image, .pixelScale: nil
      }
    }
  }
}
