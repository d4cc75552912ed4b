import Backends
import Catalogue
import Microkernels
import Tensors

/// The end of a convolution: the sums of a panel of NR output channels are scaled, shifted and clipped, multiplied by
/// the other factor where a product is fused, and stored in the output's layout.
final class Epilogue {
  /// Roundings after the sum.
  let roundings: Int
  private let kernels: KernelTable
  private let output: MapLayout
  private let groupOutputs: Int
  private let groups: Int
  private let relu: Bool
  /// NR, and panels per group.
  private let columns: Int
  private let panels: Int
  /// Scale and shift per group and panel, filled up to NR with zeros.
  private let scales: AlignedBuffer
  private let shifts: AlignedBuffer
  private let factor: Factor?
  /// Whether planes are written past the caches.
  let streams: Bool

  /// The other factor of a fused product, with its norm's scale and shift per channel, filled up to NR.
  private struct Factor {
    let layout: MapLayout
    let scales: AlignedBuffer
    let shifts: AlignedBuffer
    let normRelu: Bool
    let relu: Bool
  }

  init(
    _ kernels: KernelTable, _ geometry: ConvolutionGeometry, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings, columns: Int, panels: Int
  ) {
    self.kernels = kernels
    self.columns = columns
    self.panels = panels
    output = surroundings.output
    groupOutputs = geometry.groupOutputs
    groups = geometry.groups
    relu = geometry.convolution.relu
    streams = surroundings.streams
    let channels = geometry.groups * geometry.groupOutputs
    let affine = ChannelAffine(
      channels: channels, parameters, epsilon: geometry.convolution.normEpsilon)
    roundings = affine.roundings
    let width = geometry.groups * panels * columns
    func filledUp(_ values: [Float]) -> AlignedBuffer {
      let buffer = AlignedBuffer(zeros: width)
      for (channel, value) in values.enumerated() {
        let (group, place) = channel.quotientAndRemainder(dividingBy: geometry.groupOutputs)
        buffer.start[group * panels * columns + place] = value
      }
      return buffer
    }
    scales = filledUp(affine.scale)
    shifts = filledUp(affine.shift)
    factor = surroundings.factor.map { factor in
      // x·1 + (−0) is x to the bit, whatever the sign of a zero.
      let affine = factor.norm?.affine ?? ChannelAffine(identity: channels)
      return Factor(
        layout: factor.layout, scales: filledUp(affine.scale), shifts: filledUp(affine.shift),
        normRelu: factor.norm?.relu ?? false, relu: factor.relu)
    }
  }

  /// Floats of scales and shifts.
  var packedCount: Int { 2 * scales.count + (factor.map { 2 * $0.scales.count } ?? 0) }

  /// Whether nothing but scale, shift and ReLU follows, so that a kernel that knows them can store values itself.
  var isPlain: Bool { factor == nil && groups == 1 }

  /// Whether channels are written into planes of their own.
  var isPlanar: Bool { output.depth == 1 }

  /// One value per channel of a panel, without groups, and whether to clip.
  func affine(panel: Int) -> (scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, relu: Bool) {
    let place = panel * columns
    return (UnsafePointer(scales.start + place), UnsafePointer(shifts.start + place), relu)
  }

  /// Finishes and stores one panel's sums, [pixels][NR]; what they hold after it is undefined.
  ///
  /// - Parameters:
  ///   - pixels: the output pixels, flat over batch, rows and columns.
  ///   - factor: the other factor's memory, where a product is fused.
  func finish(
    _ sums: UnsafeMutablePointer<Float>, panel: Int, group: Int, pixels: Range<Int>,
    output target: UnsafeMutablePointer<Float>, factor other: UnsafePointer<Float>?
  ) {
    let place = (group * panels + panel) * columns
    if isPlanar {
      kernels.finishTile(sums, pixels.count, columns, scales.start + place, shifts.start + place, relu)
    }
    store(sums, panel: panel, group: group, pixels: pixels, output: target, factor: other)
  }

  /// Stores what ``finish(_:panel:group:pixels:output:factor:)`` does; values that go into planes are finished already.
  func store(
    _ sums: UnsafePointer<Float>, panel: Int, group: Int, pixels: Range<Int>,
    output target: UnsafeMutablePointer<Float>, factor other: UnsafePointer<Float>?
  ) {
    // A run of pixels that lie side by side in every map.
    let unit = output.isDense && factor?.layout.isDense != false ? output.area : output.size.horizontal
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let run = min(pixels.upperBound - pixel, unit - pixel % unit)
      let (image, first) = pixel.quotientAndRemainder(dividingBy: output.area)
      let values = sums + (pixel - pixels.lowerBound) * columns
      let start = output.offset(image: image, place: first)
      if isPlanar {
        let channel = panel * columns
        kernels.transpose(
          values, columns, target + start + (group * groupOutputs + channel) * output.blockStride,
          output.blockStride, run, min(columns, groupOutputs - channel), streams)
      } else {
        store(values, run, panel: panel, target + start, other, image: image, first: first)
      }
      pixel += run
    }
  }

  /// Stores `run` pixels' channels of a panel, block by block.
  private func store(
    _ values: UnsafePointer<Float>, _ run: Int, panel: Int, _ target: UnsafeMutablePointer<Float>,
    _ other: UnsafePointer<Float>?, image: Int, first: Int
  ) {
    let start = panel * columns
    let end = min(start + columns, output.channels)
    var channel = start
    while channel < end {
      let (block, lane) = channel.quotientAndRemainder(dividingBy: output.depth)
      let width = min(output.depth - lane, end - channel)
      let finish = TileFinish(
        sums: values + (channel - start), sumsStride: columns,
        target: target + block * output.blockStride + lane,
        targetStride: output.depth, rows: run, columns: width, scale: scales.start + channel,
        shift: shifts.start + channel, relu: relu)
      if let factor, let other {
        let (block, lane) = channel.quotientAndRemainder(dividingBy: factor.layout.depth)
        let place =
          factor.layout.offset(image: image, place: first) + block * factor.layout.blockStride + lane
        kernels.storeProduct(
          finish,
          TileFactor(
            values: other + place, stride: factor.layout.depth, scale: factor.scales.start + channel,
            shift: factor.shifts.start + channel, normRelu: factor.normRelu, relu: factor.relu))
      } else {
        kernels.storeTile(finish)
      }
      channel += width
    }
  }
}
