import Backends
import Catalogue
import Tensors

/// conv2d and deform_conv2d as a layer of its own: the NCHW input is copied into a blocked, padded map whose border and
/// whose filled-up channels are zero from the start, and a core computes NCHW from there. A core whose pixels do not lie
/// side by side computes a blocked map, which is copied.
final class ConvolutionPlan: TiledPlan {
  private let core: any ConvolutionCore
  private let layout: MapLayout
  private let map: AlignedBuffer
  private let workspace: Workspace
  /// The output before it is copied into NCHW order, where the core does not write that itself.
  private let blocked: (layout: MapLayout, map: AlignedBuffer)?

  init(_ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>) {
    let layer = context.layer
    // A deformable convolution looks at each sample's place itself.
    let border = layer.kind == .deformConv2d ? Pair(0) : convolution.padding
    layout = .blocked(layer.inputShapes[0], border: border, groups: convolution.groups)
    let output = MapLayout.blocked(layer.outputShape)
    let isDetour = context.scattersPixels(convolution) && output.isFilled
    blocked = isDetour ? (output, AlignedBuffer(scratch: output.count)) : nil
    core = context.convolutionCore(
      parameters,
      ConvolutionSurroundings(input: layout, output: isDetour ? output : .planar(layer.outputShape)))
    map = AlignedBuffer(zeros: layout.count)
    workspace = Workspace(count: core.scratchCount, workers: context.pool.size)
    super.init(context, core.errorModel)
  }

  override func compute(_ pointers: SharedPointers) {
    MapCopy(layout: layout).run(from: pointers.inputs[0], to: map.start, kernels, context.pool)
    core.run(
      ConvolutionOperands(
        input: UnsafePointer(map.start), offset: pointers.inputs.count > 1 ? pointers.inputs[1] : nil,
        output: blocked?.map.start ?? pointers.output, workspace: workspace))
    guard let blocked else { return }
    MapCopy(layout: blocked.layout).extract(
      from: UnsafePointer(blocked.map.start), to: pointers.output, kernels, context.pool)
  }
}
