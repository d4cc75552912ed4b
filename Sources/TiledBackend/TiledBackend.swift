import Backends
import Catalogue
import Microkernels
import Tensors

/// The optimized implementation: packed weights, blocked maps, SIMD micro-kernels for the instruction set chosen when
/// the backend is made, and a persistent pool of threads. Every kind has an implementation of its own here.
package final class TiledBackend: Backend {
  package let name = "tiled"
  package let instructionSet: InstructionSet
  let kernels: KernelTable
  private let tileCoverage: TileCoverage?
  let pool: WorkerPool
  private let choice: AlgorithmChoice
  private let streamedBytes: Int

  /// - Parameters:
  ///   - instructionSet: one that the processor has, see ``InstructionSet/available``.
  ///   - threads: threads to work with, the caller's included; at least 1.
  ///   - choice: which algorithm a layer is planned with where the caller names none.
  ///   - coverage: notes which ways through the micro-kernels the plans take; not for timing.
  ///   - streamedBytes: how much makes outputs be written past the caches, see ``PlanContext/streamsOutput``; without it,
  ///     ``CacheSize/streaming(threads:)``.
  package init(
    instructionSet: InstructionSet = .best, threads: Int, choice: AlgorithmChoice = .automatic,
    coverage: KernelCoverage? = nil, streamedBytes: Int? = nil
  ) {
    precondition(InstructionSet.available.contains(instructionSet))
    self.instructionSet = instructionSet
    self.choice = choice
    let table = KernelTable.kernels(for: instructionSet)
    kernels = coverage.map { KernelTable(table, noting: $0) } ?? table
    tileCoverage = coverage.map { TileCoverage(table, $0) }
    pool = WorkerPool(size: threads)
    self.streamedBytes = streamedBytes ?? CacheSize.streaming(threads: threads)
  }

  package var threads: Int { pool.size }

  package func offers(_ kind: LayerKind) -> Bool { true }

  package func algorithms(for layer: Layer) -> [String] {
    switch layer.kind {
    case .conv2d: convolutionAlgorithms(layer)
    case .deformConv2d: [DeformableCore.algorithm]
    case .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm, .boxOffsets,
      .objectnessMap,
      .objectnessModulate, .headPermute, .softmax, .decodeBoxes, .resizeBilinear:
      ["vector"]
    case .priorBox, .nms: ["scalar"]
    }
  }

  private func convolutionAlgorithms(_ layer: Layer) -> [String] {
    var known = [ImplicitGemmCore.algorithm]
    guard let convolution = layer.convolution else { return known }
    if PackedGemmCore.offers(layer, convolution) { known.append(PackedGemmCore.algorithm) }
    if PixelGemmCore.offers(layer, convolution) { known.append(PixelGemmCore.algorithm) }
    return known + WinogradCore.transforms(for: layer, convolution).map(\.name)
  }

  package func plan(
    _ layer: Layer, parameters: Parameters<Float>, algorithm: String?
  ) throws(BackendError) -> any Plan {
    try layerPlan(layer, parameters: parameters, algorithm: algorithm)
  }

  /// The layer's algorithm, checked, with what a plan works with.
  func context(for layer: Layer, algorithm: String?) throws(BackendError) -> PlanContext {
    let known = algorithms(for: layer)
    if let algorithm, !known.contains(algorithm) {
      throw .unknownAlgorithm(backend: name, layer: layer.name, algorithm: algorithm, known: known)
    }
    return PlanContext(
      layer: layer, algorithm: algorithm ?? choice.algorithm(for: layer, known: known), kernels: kernels,
      tileCoverage: tileCoverage, pool: pool, streamedBytes: streamedBytes)
  }

  /// The layer's algorithm in a network, with what its step works with.
  func networkContext(for layer: Layer) throws(BackendError) -> PlanContext {
    try context(for: layer, algorithm: choice.networkAlgorithm(for: layer, known: algorithms(for: layer)))
  }

  /// See ``plan(_:parameters:algorithm:)``.
  func layerPlan(
    _ layer: Layer, parameters: Parameters<Float>, algorithm: String?
  ) throws(BackendError) -> TiledPlan {
    guard parameters.shapes == layer.parameterShapes else {
      throw .parametersDiffer(backend: name, layer: layer.name)
    }
    let context = try context(for: layer, algorithm: algorithm)
    switch layer.operation {
    case .conv2d(let convolution), .deformConv2d(let convolution):
      return ConvolutionPlan(context, convolution, parameters)
    case .maxPool2d(let pooling):
      return PoolingPlan(context, pooling)
    case .batchNorm2d(let epsilon, let relu):
      return NormPlan(context, epsilon: epsilon, relu: relu, parameters)
    case .relu:
      return ElementwisePlan(context, unary: kernels.relu, .exact)
    case .sigmoid:
      return ElementwisePlan(context, unary: kernels.sigmoid, .sigmoid)
    case .multiply(let relu):
      return ElementwisePlan(context, binary: relu ? kernels.multiplyRelu : kernels.multiply, .oneRounding)
    case .add(let relu):
      return ElementwisePlan(context, binary: relu ? kernels.addRelu : kernels.add, .oneRounding)
    case .concat:
      return ConcatPlan(context)
    case .l2Norm(let epsilon):
      return L2NormPlan(context, epsilon: Float(epsilon), parameters)
    case .boxOffsets:
      return BoxOffsetsPlan(context)
    case .objectnessMap:
      return ObjectnessMapPlan(context)
    case .objectnessModulate:
      return ModulatePlan(context)
    case .headPermute:
      return HeadPermutePlan(context)
    case .softmax:
      return SoftmaxPlan(context)
    case .priorBox(let prior):
      return PriorBoxPlan(context, prior)
    case .decodeBoxes(let centre, let size):
      return DecodePlan(context, centreVariance: Float(centre), sizeVariance: Float(size))
    case .nms(let suppression):
      return SuppressionPlan(context, suppression)
    case .resizeBilinear(let size):
      return ResizePlan(context, size: size)
    }
  }

  /// Calls `body` once for every thread, with a number below ``threads``. A thread that comes late may find its call done
  /// by another one: what takes long against waking, tens of microseconds, is done by all.
  package func onEveryThread(_ body: (Int) -> Void) {
    pool.run(tasks: pool.size) { task, _ in body(task) }
  }

  /// Runs `iterations` rounds of independent multiply–adds on every thread: the roof that kernels are measured
  /// against.
  ///
  /// - Returns: the floating-point operations done.
  package func runPeakKernel(iterations: Int) -> Int {
    let peak = kernels.peak
    onEveryThread { _ in blackHole(peak(iterations)) }
    return pool.size * iterations * kernels.peakOperations
  }
}

/// Takes a value where the optimizer can't see that it goes nowhere.
@inline(never)
private func blackHole(_ value: Float) {}

/// What every plan of the backend holds.
struct PlanContext {
  let layer: Layer
  let algorithm: String
  let kernels: KernelTable
  let tileCoverage: TileCoverage?
  let pool: WorkerPool
  let streamedBytes: Int

  /// Whether a convolution writes its output past the caches, in NCHW order: it would drive out what is needed again, and
  /// be driven out itself before the next layer reads it. Outputs of 6.5 MB and more took 0.8 to 0.95 of the time so on
  /// Emerald Rapids (2 MiB a core), those of 3.3 MB up to 1.05; see ``CacheSize/streaming(threads:)``.
  var streamsOutput: Bool { Self.bytes([layer.outputShape]) >= streamedBytes }

  /// The same of an elementwise layer, whose inputs are read once: 0.8 of the time from 4.9 MB of operands on, 1.3 at 3.3.
  var streamsOperands: Bool { Self.bytes(layer.inputShapes + [layer.outputShape]) >= streamedBytes }

  private static func bytes(_ shapes: [Shape]) -> Int {
    shapes.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride }
  }

  /// How many tasks to cut `items` of work into: a few per thread, so that a thread that loses its core for a while
  /// leaves little undone, but none smaller than `least` items.
  func tasks(for items: Int, least: Int) -> Int {
    max(1, min(items / max(least, 1), pool.size * 4))
  }

  /// Splits `count` items into ranges and runs `body` over them on the pool.
  func forEachRange(of count: Int, least: Int, _ body: (Range<Int>) -> Void) {
    let tasks = tasks(for: count, least: least)
    pool.run(tasks: tasks) { task, _ in
      body((count * task / tasks)..<(count * (task + 1) / tasks))
    }
  }
}

/// The base of this backend's plans: what a plan is, less the arithmetic.
class TiledPlan: Plan {
  let context: PlanContext
  let errorModel: ErrorModel

  init(_ context: PlanContext, _ errorModel: ErrorModel) {
    self.context = context
    self.errorModel = errorModel
  }

  var layer: Layer { context.layer }
  var algorithm: String { context.algorithm }
  var kernels: KernelTable { context.kernels }

  final func run(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    precondition(
      inputs.map(\.shape) == layer.inputShapes, "layer \(layer.name) was given other shapes than planned")
    compute(inputs, into: &output)
  }

  /// Inputs have the planned shapes. Only a plan whose output is dynamic overrides this.
  func compute(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    withPointers(inputs, &output) { compute($0) }
  }

  /// What subclasses do: inputs and output are dense and row-major.
  func compute(_ pointers: SharedPointers) {
    preconditionFailure("a plan computes something")
  }
}
