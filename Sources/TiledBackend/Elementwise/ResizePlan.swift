import Backends
import Catalogue
import Microkernels
import Tensors

/// resize_bilinear: half-pixel centres, edges clamped. Two source rows are blended into a strip, then the strip's
/// columns are blended at precomputed places.
///
/// Positions are worked out in Double, so an interpolation weight is a float32 rounding of the true one.
final class ResizePlan: TiledPlan {
  private let rows: [Neighbours]
  private let columns: [Neighbours]
  private let strips: [AlignedBuffer]

  /// Two neighbouring indices and the second one's weight.
  private struct Neighbours {
    let lower: Int
    let upper: Int
    let weight: Float

    static func along(input: Int, output: Int) -> [Neighbours] {
      let scale = Double(input) / Double(output)
      return (0..<output).map { place in
        let position = min(max((Double(place) + 0.5) * scale - 0.5, 0), Double(input - 1))
        let lower = Int(position)
        return Neighbours(
          lower: lower, upper: min(lower + 1, input - 1), weight: Float(position - Double(lower)))
      }
    }
  }

  init(_ context: PlanContext, size: Pair) {
    let input = context.layer.inputShapes[0]
    rows = Neighbours.along(input: input[2], output: size.vertical)
    columns = Neighbours.along(input: input[3], output: size.horizontal)
    strips = (0..<context.pool.size).map { _ in AlignedBuffer(scratch: input[3]) }
    // Each way: the weight (1), its complement (1), product and sum (2).
    super.init(context, ErrorModel(height: 8))
  }

  override func compute(_ pointers: SharedPointers) {
    let (input, shape) = (layer.inputShapes[0], layer.outputShape)
    let lines = shape[0] * shape[1] * shape[2]
    let tasks = context.tasks(for: lines, least: ElementwisePlan.leastPerTask / shape[3])
    context.pool.run(tasks: tasks) { task, worker in
      let strip = strips[worker].start
      for line in (lines * task / tasks)..<(lines * (task + 1) / tasks) {
        let (plane, row) = line.quotientAndRemainder(dividingBy: shape[2])
        let source = pointers.inputs[0] + plane * input[2] * input[3]
        let place = rows[row]
        kernels.interpolate(
          source + place.lower * input[3], source + place.upper * input[3], strip, input[3], place.weight)
        blendColumns(strip, pointers.output + line * shape[3])
      }
    }
  }

  private func blendColumns(_ strip: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    for (column, place) in columns.enumerated() {
      target[column] = strip[place.lower] * (1 - place.weight) + strip[place.upper] * place.weight
    }
  }
}
