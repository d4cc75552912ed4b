import Backends
import Catalogue
import Microkernels
import Tensors

/// The arithmetic of one convolution between maps in fixed layouts: weights are packed and offsets worked out when it
/// is made. The layer plan wraps it between NCHW tensors, the network plan strings cores together.
///
/// A core writes every element of the output map, and nothing of the output's border.
protocol ConvolutionCore: AnyObject {
  /// The arithmetic's error, from input map to output map, a fused product left out.
  var errorModel: ErrorModel { get }
  /// Floats of scratch memory that each worker needs.
  var scratchCount: Int { get }
  /// Floats of packed weights, scales and shifts.
  var packedCount: Int { get }

  /// Runs the convolution on the pool that it was made for.
  func run(_ operands: ConvolutionOperands)
}

/// The addresses that one run works on. Several threads use them at once, each its own part.
struct ConvolutionOperands: @unchecked Sendable {
  /// The first element of the input map's memory, its border included.
  let input: UnsafePointer<Float>
  /// A deformable convolution's offsets, NCHW.
  var offset: UnsafePointer<Float>?
  /// The other factor of a fused product, in the layout of ``ProductFactor/layout``.
  var factor: UnsafePointer<Float>?
  /// The first element of the output map's memory, its border included.
  let output: UnsafeMutablePointer<Float>
  /// At least ``ConvolutionCore/scratchCount`` floats per worker.
  let workspace: Workspace
}

/// What surrounds a convolution: where its maps lie, and what follows it.
struct ConvolutionSurroundings {
  /// NCHW without a border where the core reads that (``PlanContext/readsPlanes``), else blocked. The border must then be
  /// at least the padding, and zero, and so must be the channels that fill up the last block. (A
  /// deformable convolution needs no border.)
  let input: MapLayout
  /// Planar; or of filled blocks, and then without groups. Of the pooled map, where it is pooled.
  let output: MapLayout
  /// The product that is fused to it, if any.
  let factor: ProductFactor?
  /// Whether the maxima of two by two pixels are written, which ``PlanContext/poolsItself(_:)`` must allow.
  let isPooled: Bool
  /// Whether planes are written past the caches, see ``PlanContext/streamsOutput``.
  let streams: Bool

  init(
    input: MapLayout, output: MapLayout, factor: ProductFactor? = nil, isPooled: Bool = false,
    streams: Bool = false
  ) {
    precondition(output.depth == 1 || output.isFilled && input.groups == 1)
    self.input = input
    self.output = output
    self.factor = factor
    self.isPooled = isPooled
    self.streams = streams
  }
}

/// An elementwise product fused to the convolution that makes one of its factors: y = relu?(norm(f) · conv). The
/// operations are those of the layers norm, conv and multiply, in their order, so the bits are theirs too.
struct ProductFactor {
  /// Where the other factor lies, before its norm.
  let layout: MapLayout
  /// The norm of the other factor, if it has one.
  let norm: (affine: ChannelAffine, relu: Bool)?
  /// Whether the product is clipped at 0.
  let relu: Bool
}

extension PlanContext {
  /// Whether the pixels that the core finishes together lie apart, so that it had better write them in blocks: those of a
  /// dilated Winograd tile.
  func scattersPixels(_ convolution: Convolution) -> Bool {
    convolution.dilation != Pair(1) && WinogradTransform.all.contains { $0.name == algorithm }
  }

  /// Whether the core reads NCHW as it is; it then reads blocked maps too.
  var readsPlanes: Bool { algorithm == PixelGemmCore.algorithm }

  /// Whether the context's layer, a convolution, can write what such a pooling makes of its output.
  func poolsItself(_ pooling: Pooling) -> Bool {
    guard case .conv2d(let convolution) = layer.operation,
      let transform = WinogradTransform.all.first(where: { $0.name == algorithm })
    else { return false }
    return WinogradCore.pools(self, convolution, transform, pooling)
  }

  /// The core of the context's layer by the context's algorithm.
  func convolutionCore(
    _ parameters: Parameters<Float>, _ surroundings: ConvolutionSurroundings
  ) -> any ConvolutionCore {
    switch layer.operation {
    case .conv2d(let convolution):
      if let transform = WinogradTransform.all.first(where: { $0.name == algorithm }) {
        return WinogradCore(self, convolution, transform, parameters, surroundings)
      }
      if algorithm == PackedGemmCore.algorithm {
        return PackedGemmCore(self, convolution, parameters, surroundings)
      }
      if algorithm == PixelGemmCore.algorithm {
        return PixelGemmCore(self, convolution, parameters, surroundings)
      }
      return ImplicitGemmCore(self, convolution, parameters, surroundings)
    case .deformConv2d(let convolution):
      return DeformableCore(self, convolution, parameters, surroundings)
    default:
      preconditionFailure("layer \(layer.name) is no convolution")
    }
  }
}
