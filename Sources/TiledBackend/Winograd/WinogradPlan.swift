import Backends
import Catalogue
import Microkernels
import Tensors

/// conv2d with a 3×3 kernel, stride 1 and one group by Winograd's algorithm.
final class WinogradPlan: TiledPlan {
  private let map: BlockedMap
  private let core: WinogradCore
  private let scratch: [WinogradScratch]

  /// Whether the algorithm computes such layers.
  static func offers(_ layer: Layer, _ convolution: Convolution) -> Bool {
    guard let weight = layer.parameterShapes.weight else { return false }
    return weight[2] == 3 && weight[3] == 3 && convolution.stride == Pair(1) && convolution.groups == 1
  }

  init(
    _ context: PlanContext, _ convolution: Convolution, _ transform: WinogradTransform,
    _ parameters: Parameters<Float>
  ) {
    let geometry = ConvolutionGeometry(context.layer, convolution, padding: convolution.padding)
    map = BlockedMap(geometry, border: convolution.padding)
    let core = WinogradCore(context, geometry, transform, parameters)
    self.core = core
    scratch = (0..<context.pool.size).map { _ in core.scratch() }
    super.init(context, ErrorModel(height: core.height, winograd: transform))
  }

  override func compute(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    withPointers(inputs, &output) { pointers in
      map.fill(from: pointers.inputs[0], context)
      core.compute(map, into: pointers.output, pool: context.pool, scratch: scratch)
    }
  }
}
