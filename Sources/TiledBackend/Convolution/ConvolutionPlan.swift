import Backends
import Catalogue
import Tensors

/// conv2d and deform_conv2d as a layer of its own: the NCHW input is copied into a blocked, padded map whose border and
/// whose filled-up channels are zero from the start, and a core computes NCHW from there. A core whose pixels do not lie
/// side by side computes a blocked map, which is copied. One that reads planes gets the input as it is.
final class ConvolutionPlan: TiledPlan {
  private let core: any ConvolutionCore
  /// The blocked input, unless NCHW is what the core reads.
  private let copied: (layout: MapLayout, map: AlignedBuffer)?
  private let workspace: Workspace
  /// The output before it is copied into NCHW order, where the core does not write that itself.
  private let blocked: (layout: MapLayout, map: AlignedBuffer)?

  init(_ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>) {
    let layer = context.layer
    // A deformable convolution looks at each sample's place itself.
    let border = layer.kind == .deformConv2d ? Pair(0) : convolution.padding
    let layout =
      context.readsPlanes
      ? MapLayout.planar(layer.inputShapes[0])
      : .blocked(layer.inputShapes[0], border: border, groups: convolution.groups)
    copied = context.readsPlanes ? nil : (layout, AlignedBuffer(zeros: layout.count))
    let output = MapLayout.blocked(layer.outputShape)
    let isDetour = context.scattersPixels(convolution) && output.isFilled
    blocked = isDetour ? (output, AlignedBuffer(scratch: output.count)) : nil
    core = context.convolutionCore(
      parameters,
      ConvolutionSurroundings(
        input: layout, output: isDetour ? output : .planar(layer.outputShape), streams: context.streamsOutput)
    )
    workspace = Workspace(count: core.scratchCount, workers: context.pool.size)
    super.init(context, core.errorModel)
  }

  override func compute(_ pointers: SharedPointers) {
    if let copied {
      MapCopy(layout: copied.layout).run(
        from: pointers.inputs[0], to: copied.map.start, kernels, context.pool)
    }
    core.run(
      ConvolutionOperands(
        input: copied.map { UnsafePointer($0.map.start) } ?? pointers.inputs[0],
        offset: pointers.inputs.count > 1 ? pointers.inputs[1] : nil,
        output: blocked?.map.start ?? pointers.output, workspace: workspace))
    guard let blocked else { return }
    MapCopy(layout: blocked.layout).extract(
      from: UnsafePointer(blocked.map.start), to: pointers.output, kernels, context.pool,
      streams: context.streamsOutput)
  }
}
