import Catalogue
import Tensors

/// The products of one output element.
struct Products {
  let weights: ArraySlice<Float>
  let samples: [Float]
  let pixel: Int
  /// The sum that the accumulator held before: the same channel's one pixel earlier.
  let previous: Float

  var count: Int { samples.count }

  /// Adds up the products with these numbers, in order, onto `start`.
  func sum(_ range: Range<Int>, from start: Float = 0) -> Float {
    range.reduce(start) { $0 + weights[weights.startIndex + $1] * samples[$1] }
  }

  /// The sum of all products: the right one.
  var total: Float { sum(0..<count) }

  /// The numbers of the first products that a block of `size` takes, of the last whole or broken block.
  func lastBlock(_ size: Int) -> Range<Int> { ((count - 1) / size * size)..<count }
}

/// A convolution, plain or deformable, computed directly, with its decisions laid open.
struct LinearFormula: Formula {
  private let probe: Probe
  private let weight: Tensor<Float>
  private let isDeformed: Bool
  var convolution: Convolution
  /// The element of a plane at a whole position, also outside.
  var read: @Sendable (Plane, Int, Int) -> Float = { $0.zeroPadded($1, $2) }
  /// Which group's input channels a group reads.
  var inputGroup: @Sendable (Int) -> Int = { $0 }
  var sampling = Sampling()
  var sum: @Sendable (Products) -> Float = { $0.total }
  var finish: @Sendable (Float, Finish) -> Float = { $1.standard($0) }

  init?(_ probe: Probe) {
    guard probe.winograd == nil, let weight = probe.parameters.weight else { return nil }
    switch probe.layer.operation {
    case .conv2d(let convolution): (self.convolution, isDeformed) = (convolution, false)
    case .deformConv2d(let convolution): (self.convolution, isDeformed) = (convolution, true)
    case .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm, .boxOffsets,
      .objectnessMap, .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes, .nms,
      .resizeBilinear:
      return nil
    }
    self.probe = probe
    self.weight = weight
  }

  func evaluate() -> Tensor<Float> {
    let shape = probe.layer.outputShape
    let (area, perGroup) = (shape[2] * shape[3], shape[1] / convolution.groups)
    let length = weight.shape.count / shape[1]
    let finishes = (0..<shape[1]).map { channel in
      Finish(
        channel: channel, channels: shape[1], parameters: probe.parameters,
        epsilon: Float(convolution.normEpsilon), relu: convolution.relu)
    }
    var values = [Float](repeating: .nan, count: shape.count)
    for image in 0..<shape[0] {
      var previous = [Float](repeating: 0, count: shape[1])
      for pixel in 0..<area {
        for group in 0..<convolution.groups {
          let samples = window(image: image, pixel: pixel, group: inputGroup(group))
          for channel in (group * perGroup)..<((group + 1) * perGroup) {
            let products = Products(
              weights: weight.values[(channel * length)..<((channel + 1) * length)], samples: samples,
              pixel: pixel, previous: previous[channel])
            previous[channel] = sum(products)
            values[(image * shape[1] + channel) * area + pixel] = finish(previous[channel], finishes[channel])
          }
        }
      }
    }
    return Tensor(shape, values: values)
  }

  /// The samples that one output pixel weighs: channel, kernel row, kernel column.
  private func window(image: Int, pixel: Int, group: Int) -> [Float] {
    let input = probe.inputs[0]
    let kernel = Pair(weight.shape[2], weight.shape[3])
    let (row, column) = pixel.quotientAndRemainder(dividingBy: probe.layer.outputShape[3])
    var samples: [Float] = []
    for channel in 0..<weight.shape[1] {
      let number = image * input.shape[1] + group * weight.shape[1] + channel
      let plane = Plane(
        values: input.values, start: number * input.shape[2] * input.shape[3], height: input.shape[2],
        width: input.shape[3])
      for tap in 0..<(kernel.vertical * kernel.horizontal) {
        let (p, q) = tap.quotientAndRemainder(dividingBy: kernel.horizontal)
        let y =
          row * convolution.stride.vertical - convolution.padding.vertical
          + p * convolution.dilation.vertical
        let x =
          column * convolution.stride.horizontal - convolution.padding.horizontal
          + q * convolution.dilation.horizontal
        if isDeformed {
          let shift = shift(image: image, pixel: pixel, tap: tap, kernel)
          let position = sampling.position(Float(y), Float(x), shift.y, shift.x)
          samples.append(sampling.sample(plane, position.y, position.x, read))
        } else {
          samples.append(read(plane, y, x))
        }
      }
    }
    return samples
  }

  /// The offsets of one tap.
  private func shift(image: Int, pixel: Int, tap: Int, _ kernel: Pair) -> (y: Float, x: Float) {
    let offset = probe.inputs[1]
    let area = offset.shape[2] * offset.shape[3]
    let channels = sampling.channels(tap, kernel)
    let first = image * offset.shape[1] * area + pixel
    return (offset.values[first + channels.y * area], offset.values[first + channels.x * area])
  }
}

/// How a deformable convolution samples.
struct Sampling: Sendable {
  /// The channels of a tap's vertical and horizontal offset.
  var channels: @Sendable (Int, Pair) -> (y: Int, x: Int) = { tap, _ in (2 * tap, 2 * tap + 1) }
  /// The position, from base (y, x) and offset (y, x).
  var position: @Sendable (Float, Float, Float, Float) -> (y: Float, x: Float) = { ($0 + $2, $1 + $3) }
  /// Whether a coordinate is near enough to a map of that extent to count.
  var isInside: @Sendable (Float, Int) -> Bool = { $0 > -1 && $0 < Float($1) }
  /// The cell's first row or column.
  var cell: @Sendable (Float) -> Int = { Int($0.rounded(.down)) }
  /// The weights of the nearer and the further corner, from the fraction.
  var weights: @Sendable (Float) -> (Float, Float) = { (1 - $0, $0) }

  func sample(_ plane: Plane, _ y: Float, _ x: Float, _ read: (Plane, Int, Int) -> Float) -> Float {
    guard isInside(y, plane.height), isInside(x, plane.width) else { return 0 }
    let (top, left) = (cell(y), cell(x))
    let (above, below) = weights(y - Float(top))
    let (before, after) = weights(x - Float(left))
    return above * before * read(plane, top, left) + above * after * read(plane, top, left + 1)
      + below * before * read(plane, top + 1, left) + below * after * read(plane, top + 1, left + 1)
  }
}
