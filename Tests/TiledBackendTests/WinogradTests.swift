import Accuracy
import Backends
import Catalogue
import Tensors
import Testing
import TiledBackend

/// Each Winograd algorithm, judged by the bound that its plan declares, from sums in float64 that share nothing with it;
/// and to the last bit on data that it computes in integers.
@Suite("Winograd convolutions") struct WinogradTests {
  @Test("stay within their own bounds", arguments: WinogradTransform.all, ConvolutionCase.winograd)
  func bounded(transform: WinogradTransform, shape: ConvolutionCase) throws {
    let layer = try shape.adapted(to: transform).layer()
    let data = TestData(layer, whole: false)
    for set in InstructionSet.available {
      let verdict = try judge(layer, data, transform, set)
      #expect(
        verdict.failures == 0 && verdict.elements == layer.outputShape.count, "\(set): \(verdict.message)")
    }
  }

  @Test("of 2×2 are exact on small integers", arguments: ConvolutionCase.winograd)
  func whole(_ shape: ConvolutionCase) throws {
    // With stride 1 filters are divided by 2 in both dimensions.
    for (transform, unit) in [(.f2, 0.25), (.f2Strided, 1)] as [(WinogradTransform, Double)] {
      let layer = try shape.adapted(to: transform).layer().plain
      try expectExact(layer, TestData(layer, whole: true), transform, unit: unit)
    }
  }

  @Test("of 4×4 are exact on multiples of 576", arguments: ConvolutionCase.winograd)
  func multiples(_ shape: ConvolutionCase) throws {
    let layer = try shape.layer().plain
    let data = TestData.sparse(layer)
    try expectExact(layer, data, .f4Integer, unit: 1)
    try expectExact(layer, data, .f2, unit: 1)
  }

  /// All channels of the layer, on a map that is cut to a few tiles.
  @Test(
    "of every class of layers in the catalogue are exact, and within their bounds", arguments: Self.classes)
  func catalogue(_ layer: Layer) throws {
    let sparse = TestData.sparse(layer.plain)
    let data = TestData(layer, whole: false)
    for transform in Self.transforms(for: layer) {
      if transform != .f4 { try expectExact(layer.plain, sparse, transform, unit: 1, sets: [.best]) }
      let verdict = try judge(layer, data, transform, .best, indices: sample(of: layer))
      #expect(verdict.failures == 0 && verdict.elements > 0, "\(transform.name): \(verdict.message)")
    }
  }

  @Test("are offered where they compute the layer, and nowhere else", arguments: ConvolutionCase.all)
  func offers(_ shape: ConvolutionCase) throws {
    let isEligible = shape.kernel == Pair(3) && shape.groups == 1
    let names =
      switch (isEligible, shape.stride, shape.dilation) {
      case (true, Pair(1), _): ["winograd-4x4", "winograd-2x2", "winograd-4x4-integer"]
      case (true, Pair(2), Pair(1)): ["winograd-2x2-strided"]
      default: [String]()
      }
    let backend = TiledBackend(threads: 1)
    let known = backend.algorithms(for: try shape.layer())
    let direct = known.prefix { !$0.hasPrefix("winograd") }
    #expect(!direct.isEmpty && Array(known.dropFirst(direct.count)) == names)
    if shape.groups == 1 {
      #expect(backend.algorithms(for: try shape.layer(deformable: true)).count == 1)
    }
  }

  // MARK: Judging

  private func judge(
    _ layer: Layer, _ data: TestData, _ transform: WinogradTransform, _ set: InstructionSet,
    indices: [Int]? = nil, exact: Bool = false
  ) throws -> Verdict {
    let plan = try TiledBackend(instructionSet: set, threads: 2, streamedBytes: 0).plan(
      layer, parameters: data.parameters, algorithm: transform.name)
    #expect(plan.algorithm == transform.name && plan.errorModel.winograd == transform)
    let sample = try #require(
      DirectSample.evaluate(
        layer: layer, inputs: data.inputs, parameters: data.parameters, indices: indices))
    return Specimen(layer: layer, inputs: data.inputs, parameters: data.parameters)
      .judge(plan, truth: sample.truth(shape: layer.outputShape, indices: indices), exact: exact)
  }

  /// - Parameter unit: what every number of the algorithm is a multiple of. As long as the sum of absolute values stays
  ///   below 2²⁴ of it, no operation rounds.
  private func expectExact(
    _ layer: Layer, _ data: TestData, _ transform: WinogradTransform, unit: Double,
    sets: [InstructionSet] = InstructionSet.available
  ) throws {
    let indices = layer.outputShape.count > 20_000 ? sample(of: layer) : nil
    let magnitudes = try #require(
      WinogradMagnitudes(layer, data.inputs, data.parameters, transform)
    ).evaluate(indices)
    let largest = try #require(magnitudes.max())
    #expect(largest <= unit * 0x1p24, "the data leave float32's integers: \(largest / unit)")
    for set in sets {
      let verdict = try judge(layer, data, transform, set, indices: indices, exact: true)
      #expect(verdict.status == .exact, "\(transform.name) \(set): \(verdict.message)")
    }
  }

  /// Some elements all over the output, the last one among them.
  private func sample(of layer: Layer) -> [Int] {
    let count = layer.outputShape.count
    return Array(stride(from: count - 1, through: 0, by: -max(1, count / 251)))
  }

  /// One layer of every combination of channels, padding, dilation and what follows the sum, on a map of at most 21
  /// pixels a side.
  private static let classes: [Layer] = {
    var seen: Set<Layer> = []
    return Network.all.flatMap(\.layers).compactMap { layer -> Layer? in
      guard !transforms(for: layer).isEmpty else { return nil }
      var extents = layer.inputShapes[0].dimensions
      extents[2] = min(extents[2], 21)
      extents[3] = min(extents[3], 19)
      let cut = try? Layer(
        name: "class", operation: layer.operation, inputShapes: [Shape(trusted: extents)],
        parameterShapes: layer.parameterShapes)
      return cut.flatMap { seen.insert($0).inserted ? $0 : nil }
    }
  }()

  /// The transforms that the backend offers for a layer.
  private static func transforms(for layer: Layer) -> [WinogradTransform] {
    let known = TiledBackend(threads: 1).algorithms(for: layer)
    return WinogradTransform.all.filter { known.contains($0.name) }
  }
}

extension Layer {
  /// The layer without its norm, whose ε makes every product inexact.
  fileprivate var plain: Layer {
    var shapes = parameterShapes
    shapes.norm = nil
    let plain = try? Layer(
      name: name, operation: operation, inputShapes: inputShapes, parameterShapes: shapes)
    return plain ?? self
  }
}
