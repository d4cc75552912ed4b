import Backends
import Catalogue
import Tensors

extension NetworkLowering {
  /// A convolution between blocked maps, with the product or the pooling that is fused to it.
  ///
  /// - Parameter target: the step whose output the convolution writes: its own, the product's or the pooling's.
  func lowerConvolution(_ step: Step, as target: Step, _ fusion: NetworkAnalysis.Fusion?) throws {
    let layer = step.layer
    let input = blocked(step.sources[0], layer.inputShapes[0], border: layer.windowPadding)
    let offset = layer.kind == .deformConv2d ? rowMajor(step.sources[1], layer.inputShapes[1]) : nil
    let factor = try fusion.map { try self.factor(of: $0) }
    let output = place(target.layer, isBlocked: NetworkAnalysis.isBlockable(step))
    guard let inputLayout = input.layout, let outputLayout = output.layout else {
      preconditionFailure("a convolution works on maps")
    }
    let core = try context(layer).convolutionCore(
      layerParameters(layer),
      ConvolutionSurroundings(
        input: inputLayout, output: outputLayout, factor: factor?.product,
        isPooled: target.layer.kind == .maxPool2d))
    scratchCount = max(scratchCount, core.scratchCount)
    packedCount += core.packedCount
    let pool = backend.pool
    append(
      [target.layer.name], reads: [input, offset, factor?.storage].compactMap { $0 }, writes: [output]
    ) { arena, workspace in
      let operands = ConvolutionOperands(
        input: arena.start(input), offset: offset.map { UnsafePointer(arena.start($0)) },
        factor: factor.map { UnsafePointer(arena.start($0.storage)) }, output: arena.start(output),
        workspace: workspace)
      let border = MapBorder(layout: outputLayout)
      return {
        border.clear(operands.output, pool)
        core.run(operands)
      }
    }
  }

  private func factor(
    of fusion: NetworkAnalysis.Fusion
  ) throws -> (storage: Storage, product: ProductFactor) {
    let shape = fusion.convolution.layer.outputShape
    let storage = blocked(.output(of: fusion.factor), shape, border: Pair(0))
    guard let layout = storage.layout else { preconditionFailure("a product of maps has maps for factors") }
    guard let norm = fusion.norm, case .batchNorm2d(let epsilon, let relu) = norm.layer.operation else {
      return (storage, ProductFactor(layout: layout, norm: nil, relu: fusion.relu))
    }
    let affine = ChannelAffine(
      channels: shape[1], try layerParameters(norm.layer), epsilon: epsilon)
    return (storage, ProductFactor(layout: layout, norm: (affine, relu), relu: fusion.relu))
  }
}

extension Layer {
  /// The border that the layer needs around its input map.
  fileprivate var windowPadding: Pair {
    if case .conv2d(let convolution) = operation { convolution.padding } else { Pair(0) }
  }
}
