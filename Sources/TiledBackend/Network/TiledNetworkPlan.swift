import Backends
import Catalogue
import Microkernels
import Tensors

/// A network whose weights are packed once, whose activations stay in blocks between convolutions, in one arena, with
/// products fused to the convolutions before them and heads written in their final order.
final class TiledNetworkPlan: NetworkPlan {
  let network: Network
  let fusedLayers: [String: String]
  let memory: NetworkMemory

  /// An operation with its addresses, and the layers whose outputs are complete after it.
  struct Operation {
    let layers: [String]
    let run: () -> Void
  }

  private let pool: WorkerPool
  private let kernels: KernelTable
  private let arena: Arena
  let operations: [Operation]
  private let stored: [String: Storage]
  private let image: Storage
  private let pixelScales: [Storage]
  private let detections: DetectionList
  private let results: Set<String>

  init(_ lowering: NetworkLowering) {
    network = lowering.network
    fusedLayers = lowering.analysis.absorbed
    pool = lowering.backend.pool
    kernels = lowering.backend.kernels
    let arena = Arena(lowering.arena)
    let workspace = Workspace(count: lowering.scratchCount, workers: lowering.backend.pool.size)
    self.arena = arena
    operations = lowering.operations.map { Operation(layers: $0.layers, run: $0.bind(arena, workspace)) }
    stored = lowering.stored
    guard let image = lowering.stored[NetworkLowering.image] else {
      preconditionFailure("a network has a picture")
    }
    self.image = image
    pixelScales = lowering.pixelScales
    detections = lowering.detections
    results = Set(network.steps.map(\.layer.name).filter { lowering.analysis.readers(of: $0).isEmpty })
    for (storage, value) in lowering.constants.values {
      arena.start(storage).update(from: value.values, count: value.values.count)
    }
    let float = MemoryLayout<Float>.stride
    memory = NetworkMemory(
      parameters: float * lowering.packedCount, activations: float * arena.count,
      scratch: float * workspace.count, largestNeighbours: float * network.largestNeighbours)
  }

  func run(_ feed: NetworkFeed, observer: ((_ layer: String, _ output: Tensor<Float>) -> Void)?) {
    precondition(
      feed.image.shape == image.shape, "network \(network.name) was given a picture of another size")
    copyPicture(feed.image)
    for storage in pixelScales { feed.writePixelScale(arena.start(storage), count: storage.shape.count) }
    for operation in operations {
      operation.run()
      guard let observer else { continue }
      for layer in operation.layers { output(of: layer).map { observer(layer, $0) } }
    }
  }

  private func copyPicture(_ picture: Tensor<Float>) {
    nonisolated(unsafe) let target = arena.start(image)
    picture.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      nonisolated(unsafe) let source = base
      let (count, tasks) = (values.count, pool.size)
      pool.run(tasks: tasks) { task, _ in
        let range = (count * task / tasks)..<(count * (task + 1) / tasks)
        kernels.copy(source + range.lowerBound, target + range.lowerBound, range.count)
      }
    }
  }

  func result(of layer: String) -> Tensor<Float>? { results.contains(layer) ? output(of: layer) : nil }

  private func output(of layer: String) -> Tensor<Float>? {
    if layer == detections.layer { return detections.list }
    return stored[layer].map { $0.tensor(at: arena.start($0)) }
  }
}

extension NetworkFeed {
  /// The values of ``Source/pixelScale``.
  fileprivate func writePixelScale(_ target: UnsafeMutablePointer<Float>, count: Int) {
    let (width, height) = (Float(pictureSize.width), Float(pictureSize.height))
    for place in 0..<count { target[place] = place.isMultiple(of: 2) ? width : height }
  }
}

extension TiledBackend {
  package func planNetwork(
    _ network: Network, parameters: (Layer) throws -> Parameters<Float>
  ) throws -> (any NetworkPlan)? {
    try withoutActuallyEscaping(parameters) { parameters in
      let lowering = NetworkLowering(network, self, parameters: parameters)
      try lowering.lower()
      return TiledNetworkPlan(lowering)
    }
  }
}
