import Backends
import Catalogue
import Microkernels
import Tensors

/// Turns a network's steps into operations on one arena: decides where each output lies and in which layout, plans
/// every layer, and copies between layouts where a layer can't read what there is.
final class NetworkLowering {
  /// One operation before its memory has a place.
  struct Pending {
    /// The layers whose outputs are complete after it.
    var layers: [String]
    /// Resolves the addresses once and gives what runs.
    let bind: (Arena, Workspace) -> () -> Void
  }

  let network: Network
  let analysis: NetworkAnalysis
  let backend: TiledBackend
  private let parameters: (Layer) throws -> Parameters<Float>
  private(set) var arena = ArenaPlan()
  private(set) var operations: [Pending] = []
  /// Where outputs lie, by layer; the picture's under ``image``.
  private(set) var stored: [String: Storage] = [:]
  /// Copies of outputs in another layout.
  private var copies: [CopyKey: Storage] = [:]
  /// Outputs that depend on no picture; they stay where they are.
  private(set) var constants: [String: (storage: Storage, value: Tensor<Float>)] = [:]
  private(set) var pixelScales: [Storage] = []
  var scratchCount = 0
  var packedCount = 0
  /// The filtering, whose output is dynamic.
  let detections = DetectionList()

  private struct CopyKey: Hashable {
    let name: String
    let layout: MapLayout
  }

  /// The name under which the picture is stored.
  static let image = ""

  init(
    _ network: Network, _ backend: TiledBackend, parameters: @escaping (Layer) throws -> Parameters<Float>
  ) {
    self.network = network
    self.backend = backend
    self.parameters = parameters
    analysis = NetworkAnalysis(network) { layer, pooling in
      (try? backend.networkContext(for: layer))?.poolsItself(pooling) ?? false
    }
  }

  /// Lowers every step.
  func lower() throws {
    let side = network.imageSize
    let image = newStorage(Shape(trusted: [1, 3, side, side]), nil)
    stored[Self.image] = image
    // The picture is there before the first operation.
    operations.append(Pending(layers: []) { _, _ in {} })
    for step in network.steps { try lower(step) }
    let results = network.steps.map(\.layer.name).filter { analysis.readers(of: $0).isEmpty }
    for storage in results.compactMap({ stored[$0] }) + constants.values.map(\.storage) {
      arena.use(storage.buffer, at: operations.count)
    }
  }

  private func lower(_ step: Step) throws {
    let name = step.layer.name
    guard analysis.absorbed[name] == nil else { return }
    if analysis.isConstant(name) { return try lowerConstant(step) }
    if let fusion = analysis.fusions[name] {
      return try lowerConvolution(fusion.convolution, as: step, fusion)
    }
    if let convolution = analysis.pooled[name] { return try lowerConvolution(convolution, as: step, nil) }
    switch step.layer.operation {
    case .conv2d(let convolution) where convolution.groups == 1, .deformConv2d(let convolution):
      try lowerConvolution(step, as: step, nil)
    case .maxPool2d(let pooling) where isBlocked(step.sources[0]):
      lowerPooling(step, pooling)
    case .objectnessMap where isPermuted(step.sources[0]):
      lowerObjectnessMap(step)
    case .boxOffsets where isPermuted(step.sources[0]):
      lowerBoxOffsets(step)
    case .objectnessModulate where isBlocked(step.sources[0]):
      lowerModulation(step)
    case .headPermute where isPermuted(step.sources[0]), .concat where isWhole(step):
      // The parts are written in their places.
      lowerInPlace(step)
    case .nms:
      try lowerSuppression(step)
    case .conv2d, .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm, .boxOffsets,
      .objectnessMap, .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes, .resizeBilinear:
      try lowerRowMajor(step)
    }
  }

  /// Computes, once and for all, what depends on no picture.
  private func lowerConstant(_ step: Step) throws {
    let inputs = zip(step.outputsRead, step.layer.inputShapes).compactMap { name, shape in
      constants[name]?.value.viewed(as: shape)
    }
    let plan = try backend.plan(step.layer, parameters: try parameters(step.layer))
    var value = Tensor<Float>(step.layer.outputShape, repeating: 0)
    plan.run(inputs, into: &value)
    let storage = newStorage(value.shape, value.shape.rank == 4 ? .planar(value.shape) : nil)
    arena.use(storage.buffer, at: 0)
    stored[step.layer.name] = storage
    constants[step.layer.name] = (storage, value)
    append([step.layer.name], reads: [], writes: [storage]) { _, _ in {} }
  }

  // MARK: What the lowerings of the kinds need

  func context(_ layer: Layer) throws(BackendError) -> PlanContext {
    try backend.networkContext(for: layer)
  }

  func layerParameters(_ layer: Layer) throws -> Parameters<Float> { try parameters(layer) }

  /// Appends an operation that runs after all before it.
  ///
  /// - Parameters:
  ///   - layers: whose outputs are complete after it.
  ///   - bind: gets the memory in which the addresses are fixed from then on.
  func append(
    _ layers: [String], reads: [Storage], writes: [Storage],
    _ bind: @escaping (Arena, Workspace) -> () -> Void
  ) {
    for storage in reads + writes { arena.use(storage.buffer, at: operations.count) }
    operations.append(Pending(layers: layers, bind: bind))
  }

  func newStorage(_ shape: Shape, _ layout: MapLayout?) -> Storage {
    let buffer = arena.add(count: layout?.count ?? shape.count, writtenBy: operations.count)
    return Storage(buffer: buffer, offset: 0, shape: shape, layout: layout)
  }

  /// Makes room for a layer's output, in its place where it is a part of another's. A map lies in blocks with the
  /// border that its readers need, where `isBlocked` says that the layer can write them.
  func place(_ layer: Layer, isBlocked: Bool) -> Storage {
    if let storage = stored[layer.name] { return storage }
    let shape = layer.outputShape
    let storage: Storage
    if let permutation = analysis.permutations[layer.name], let reader = analysis.step(permutation) {
      let rows = place(reader.layer, isBlocked: false)
      storage = Storage(buffer: rows.buffer, offset: rows.offset, shape: shape, layout: .pixels(shape))
    } else if let part = analysis.parts[layer.name], let whole = analysis.step(part.whole) {
      storage = self.part(of: place(whole.layer, isBlocked: isBlocked), from: part.start, shape)
    } else if isBlocked {
      storage = newStorage(shape, .blocked(shape, border: analysis.border(of: layer.name)))
    } else {
      storage = newStorage(shape, shape.rank == 4 ? .planar(shape) : nil)
    }
    stored[layer.name] = storage
    return storage
  }

  /// The part of a storage that begins at index `start` of axis 1.
  private func part(of whole: Storage, from start: Int, _ shape: Shape) -> Storage {
    guard let layout = whole.layout else {
      let offset = start * shape.count / shape[1]
      return Storage(buffer: whole.buffer, offset: whole.offset + offset, shape: shape, layout: nil)
    }
    return Storage(
      buffer: whole.buffer, offset: whole.offset + start / layout.depth * layout.blockStride, shape: shape,
      layout: .blocked(shape, border: layout.border))
  }

  func storage(of source: Source) -> Storage? {
    switch source {
    case .image: stored[Self.image]
    case .output(let name): stored[name]
    case .column, .pixelScale: nil
    }
  }

  private func isBlocked(_ source: Source) -> Bool {
    storage(of: source)?.layout.map { $0.depth == MapLayout.blockDepth } ?? false
  }

  private func isPermuted(_ source: Source) -> Bool {
    guard case .output(let name) = source else { return false }
    return analysis.permutations[name] != nil
  }

  private func isWhole(_ step: Step) -> Bool {
    step.outputsRead.allSatisfy { analysis.parts[$0]?.whole == step.layer.name }
  }

  /// A map in blocks of at least the given border: as it is stored, or a copy.
  func blocked(_ source: Source, _ shape: Shape, border: Pair) -> Storage {
    guard case .output(let name) = source, let storage = stored[name] else {
      return copied(Self.image, stored[Self.image], shape, .blocked(shape, border: border))
    }
    if let layout = storage.layout, layout.depth == min(shape[1], MapLayout.blockDepth),
      storage.shape == shape,
      layout.border.vertical >= border.vertical, layout.border.horizontal >= border.horizontal
    {
      return storage
    }
    return copied(name, storage, shape, .blocked(shape, border: border))
  }

  /// A source in row-major order: as it is stored, a copy, or made from the columns or the picture's size.
  func rowMajor(_ source: Source, _ shape: Shape) -> Storage {
    switch source {
    case .image: return copied(Self.image, stored[Self.image], shape, nil)
    case .output(let name): return copied(name, stored[name], shape, nil)
    case .column(let column, let name):
      let whole = copied(name, stored[name], stored[name]?.shape ?? shape, nil)
      return lowerColumn(column, of: whole, shape)
    case .pixelScale:
      let storage = newStorage(shape, nil)
      // Written when the picture's size is known, before the first operation.
      arena.use(storage.buffer, at: 0)
      pixelScales.append(storage)
      return storage
    }
  }

  /// What is stored, under the layer's name, in row-major order (`layout` nil) or in a layout of its own.
  private func copied(_ name: String, _ storage: Storage?, _ shape: Shape, _ layout: MapLayout?) -> Storage {
    guard let storage else { preconditionFailure("\(name) has not been lowered yet") }
    if layout == nil, storage.isRowMajor { return storage }
    let key = CopyKey(name: name, layout: layout ?? .planar(storage.shape))
    if let copy = copies[key] { return copy }
    let copy: Storage
    if let layout {
      let source = copied(name, storage, shape, nil)
      copy = newStorage(shape, layout)
      lowerCopy(from: source, to: copy, layout)
    } else {
      copy = newStorage(storage.shape, .planar(storage.shape))
      lowerCopy(from: storage, toRowMajor: copy)
    }
    copies[key] = copy
    return copy
  }
}
