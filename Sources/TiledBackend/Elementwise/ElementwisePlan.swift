import Backends
import Microkernels
import Tensors

/// relu, sigmoid, multiply and add: the output's elements split over the threads.
final class ElementwisePlan: TiledPlan {
  private enum Function {
    case unary(KernelTable.Unary)
    case binary(KernelTable.Binary)
  }

  private let function: Function
  private let streams: Bool

  /// Elements below which another thread costs more than it brings.
  static let leastPerTask = 8192

  init(_ context: PlanContext, unary: @escaping KernelTable.Unary, _ errorModel: ErrorModel) {
    function = .unary(unary)
    streams = false
    super.init(context, errorModel)
  }

  init(_ context: PlanContext, binary: @escaping KernelTable.Binary, _ errorModel: ErrorModel) {
    function = .binary(binary)
    streams = context.streamsOperands
    super.init(context, errorModel)
  }

  override func compute(_ pointers: SharedPointers) {
    let count = layer.outputShape.count
    context.forEachRange(of: count, least: Self.leastPerTask) { range in
      let (x, y) = (pointers.inputs[0] + range.lowerBound, pointers.output + range.lowerBound)
      switch function {
      case .unary(let function): function(x, y, range.count)
      case .binary(let function):
        function(x, pointers.inputs[1] + range.lowerBound, y, range.count, streams)
      }
    }
  }
}

/// objectness_modulate: x·o + x, the one-channel map o under every channel of x.
final class ModulatePlan: TiledPlan {
  private let streams: Bool

  init(_ context: PlanContext) {
    streams = context.streamsOperands
    // The product and the sum: two roundings, one where they fuse.
    super.init(context, ErrorModel(height: context.kernels.fuses ? 1 : 2))
  }

  override func compute(_ pointers: SharedPointers) {
    let shape = layer.outputShape
    let (channels, area) = (shape[1], shape[2] * shape[3])
    let planes = shape[0] * channels
    context.forEachRange(of: planes, least: ElementwisePlan.leastPerTask / area) { range in
      for plane in range {
        kernels.modulate(
          pointers.inputs[0] + plane * area, pointers.inputs[1] + plane / channels * area,
          pointers.output + plane * area, area, streams)
      }
    }
  }
}

extension ErrorModel {
  /// The exponential (3u, see VectorMath), one sum, one division.
  static let sigmoid = ErrorModel(height: 2, exponentialError: vectorExponentialError)
  static let oneRounding = ErrorModel(height: 1)
  /// The relative error of VectorMath's exponential in units of u.
  static let vectorExponentialError = 3.0
}
