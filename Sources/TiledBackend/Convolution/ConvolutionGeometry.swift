import Catalogue
import Tensors

/// What a micro-kernel's left operand is made of: at each offset, in order, `depth` consecutive floats per pixel.
struct Taps {
  let offsets: [Int]
  let depth: Int
}

/// The sizes of a convolution, and its blocked layout: a padded map [N][groups·blocks][H'][W'][depth], where `depth`
/// channels of a group stand side by side for each pixel, so that a micro-kernel reads them in sequence.
struct ConvolutionGeometry {
  let batch: Int
  let groups: Int
  /// Channels per group, in and out.
  let groupInputs: Int
  let groupOutputs: Int
  let input: Pair
  let output: Pair
  let kernel: Pair
  let convolution: Convolution
  /// Channels that stand side by side.
  let depth: Int
  /// Channel blocks per group.
  let blocks: Int
  /// The map with its padding.
  let padded: Pair

  /// Channels per block: one cache line of floats.
  static let blockDepth = 16

  /// - Parameter padding: the border of zeros to lay around the blocked map.
  init(_ layer: Layer, _ convolution: Convolution, padding: Pair) {
    guard let weight = layer.parameterShapes.weight else { preconditionFailure("a convolution has weights") }
    let (x, y) = (layer.inputShapes[0], layer.outputShape)
    self.convolution = convolution
    batch = x[0]
    groups = convolution.groups
    groupInputs = weight[1]
    groupOutputs = weight[0] / convolution.groups
    input = Pair(x[2], x[3])
    output = Pair(y[2], y[3])
    kernel = Pair(weight[2], weight[3])
    depth = min(groupInputs, Self.blockDepth)
    blocks = (groupInputs + depth - 1) / depth
    padded = Pair(x[2] + 2 * padding.vertical, x[3] + 2 * padding.horizontal)
  }

  /// Output pixels over the whole batch.
  var pixels: Int { batch * outputArea }
  var outputArea: Int { output.vertical * output.horizontal }
  var kernelArea: Int { kernel.vertical * kernel.horizontal }
  /// Elements of one padded channel block.
  var blockStride: Int { padded.vertical * padded.horizontal * depth }
  /// Elements of one padded map of the batch.
  var mapStride: Int { groups * blocks * blockStride }
  /// (channel block, kernel row, kernel column) triples per group.
  var places: Int { blocks * kernelArea }

  /// The taps in a group's blocks: channel block outermost, then the kernel's rows and columns. Without horizontal
  /// dilation a kernel row's columns lie side by side in the map, and so do their weights: the row is one tap.
  func taps() -> Taps {
    let isDense = convolution.dilation.horizontal == 1
    var offsets: [Int] = []
    for block in 0..<blocks {
      for row in 0..<kernel.vertical {
        for column in 0..<(isDense ? 1 : kernel.horizontal) {
          let y = row * convolution.dilation.vertical
          let x = column * convolution.dilation.horizontal
          offsets.append(block * blockStride + (y * padded.horizontal + x) * depth)
        }
      }
    }
    return Taps(offsets: offsets, depth: isDense ? kernel.horizontal * depth : depth)
  }

  /// The offset of output pixel `pixel` (flat over batch, rows, columns): where its window starts.
  func pixelOffset(_ pixel: Int) -> Int {
    let (image, place) = pixel.quotientAndRemainder(dividingBy: outputArea)
    let (row, column) = place.quotientAndRemainder(dividingBy: output.horizontal)
    let y = row * convolution.stride.vertical
    let x = column * convolution.stride.horizontal
    return image * mapStride + (y * padded.horizontal + x) * depth
  }

  /// Where output pixel `pixel` of channel 0 lies in the NCHW output.
  func outputOffset(_ pixel: Int) -> Int {
    let (image, place) = pixel.quotientAndRemainder(dividingBy: outputArea)
    return image * groups * groupOutputs * outputArea + place
  }
}
