import Catalogue
import Tensors

/// What a micro-kernel's left operand is made of: at each offset, in order, `depth` consecutive floats per pixel.
struct Taps {
  let offsets: [Int]
  let depth: Int
}

/// The sizes of a convolution, and where its windows lie in its input map.
struct ConvolutionGeometry {
  let convolution: Convolution
  let input: MapLayout
  /// Channels per group, in and out.
  let groupInputs: Int
  let groupOutputs: Int
  let output: Pair
  let kernel: Pair

  init(_ layer: Layer, _ convolution: Convolution, input: MapLayout) {
    guard let weight = layer.parameterShapes.weight else { preconditionFailure("a convolution has weights") }
    precondition(input.groups == convolution.groups)
    self.convolution = convolution
    self.input = input
    groupInputs = weight[1]
    groupOutputs = weight[0] / convolution.groups
    output = Pair(layer.outputShape[2], layer.outputShape[3])
    kernel = Pair(weight[2], weight[3])
  }

  var groups: Int { convolution.groups }
  /// Output pixels over the whole batch.
  var pixels: Int { input.batch * outputArea }
  var outputArea: Int { output.vertical * output.horizontal }
  var kernelArea: Int { kernel.vertical * kernel.horizontal }
  /// (channel block, kernel row, kernel column) triples per group.
  var places: Int { input.blocks * kernelArea }

  /// The taps in a group's blocks: channel block outermost, then the kernel's rows and columns. Without horizontal
  /// dilation a kernel row's columns lie side by side in the map, and so do their weights: the row is one tap.
  func taps() -> Taps {
    var offsets: [Int] = []
    for block in 0..<input.blocks {
      for row in 0..<kernel.vertical {
        for column in stride(from: 0, to: kernel.horizontal, by: placesPerTap) {
          offsets.append(offset(block: block, row: row, column: column))
        }
      }
    }
    return Taps(offsets: offsets, depth: placesPerTap * input.depth)
  }

  /// Neighbouring places of the kernel that are one tap.
  var placesPerTap: Int { convolution.dilation.horizontal == 1 ? kernel.horizontal : 1 }

  /// The offset in a window of each ``places``: channel block outermost, then the kernel's rows and columns.
  func blockOffsets() -> [Int] {
    (0..<places).map { place in
      let (block, tap) = place.quotientAndRemainder(dividingBy: kernelArea)
      let (row, column) = tap.quotientAndRemainder(dividingBy: kernel.horizontal)
      return offset(block: block, row: row, column: column)
    }
  }

  /// Where a window's kernel row and column lie in a channel block, from the window's start in the first block.
  private func offset(block: Int, row: Int, column: Int) -> Int {
    block * input.blockStride + row * convolution.dilation.vertical * input.rowStride
      + column * convolution.dilation.horizontal * input.depth
  }

  /// The offset of output pixel `pixel` (flat over batch, rows, columns): where its window starts.
  func pixelOffset(_ pixel: Int) -> Int {
    let (image, place) = pixel.quotientAndRemainder(dividingBy: outputArea)
    let (row, column) = place.quotientAndRemainder(dividingBy: output.horizontal)
    return input.offset(
      image: image, row: row * convolution.stride.vertical - convolution.padding.vertical,
      column: column * convolution.stride.horizontal - convolution.padding.horizontal)
  }
}
