import Backends
import Catalogue
import Tensors

extension NetworkLowering {
  /// Any layer by its own plan, between row-major tensors.
  func lowerRowMajor(_ step: Step) throws {
    let inputs = zip(step.sources, step.layer.inputShapes).map { rowMajor($0, $1) }
    let output = place(step.layer, isBlocked: false)
    let plan = try backend.layerPlan(step.layer, parameters: layerParameters(step.layer), algorithm: nil)
    append([step.layer.name], reads: inputs, writes: [output]) { arena, _ in
      let pointers = SharedPointers(
        inputs: inputs.map { UnsafePointer(arena.start($0)) }, output: arena.start(output))
      return { plan.compute(pointers) }
    }
  }

  /// A layer whose inputs were written as parts of its output.
  func lowerInPlace(_ step: Step) {
    let output = place(step.layer, isBlocked: false)
    append([step.layer.name], reads: [output], writes: []) { _, _ in {} }
  }

  /// The filtering: its list is of any length, so it lies beside the arena.
  func lowerSuppression(_ step: Step) throws {
    let inputs = zip(step.sources, step.layer.inputShapes).map { rowMajor($0, $1) }
    guard case .nms(let suppression) = step.layer.operation else { return }
    let plan = SuppressionPlan(try context(step.layer), suppression)
    let detections = detections
    detections.layer = step.layer.name
    append([step.layer.name], reads: inputs, writes: []) { arena, _ in
      let starts = inputs.map { UnsafePointer(arena.start($0)) }
      return { detections.list = plan.detections(boxes: starts[0], scores: starts[1], objectness: starts[2]) }
    }
  }

  /// One column of a matrix.
  func lowerColumn(_ column: Int, of matrix: Storage, _ shape: Shape) -> Storage {
    let output = newStorage(shape, nil)
    let width = matrix.shape[matrix.shape.rank - 1]
    append([], reads: [matrix], writes: [output]) { arena, _ in
      let (x, y) = (arena.start(matrix) + column, arena.start(output))
      return { for row in 0..<shape.count { y[row] = x[row * width] } }
    }
    return output
  }
}

/// The detections of the last picture.
final class DetectionList {
  /// The name of the layer that finds them, if the network has one.
  var layer: String?
  var list = Tensor<Float>(Shape(trusted: [0, 6]), values: [])
}
