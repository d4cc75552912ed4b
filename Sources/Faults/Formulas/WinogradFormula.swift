import Backends
import Catalogue
import ReferenceBackend
import Tensors

/// A convolution by Winograd's algorithm as plain loops over its three matrices, with its decisions laid open. It shares
/// nothing but the matrices with any backend.
struct WinogradFormula: Formula {
  private let layer: Layer
  private let input: Tensor<Float>
  private let weight: Tensor<Float>
  private let parameters: Parameters<Float>
  let transform: WinogradTransform
  let convolution: Convolution
  /// Bᵀ, Aᵀ and G.
  var inputMatrix: Matrix<Float>
  var sumMatrix: Matrix<Float>
  var filterMatrix: Matrix<Double>
  /// The element of a plane at a whole position, also outside.
  var read: @Sendable (Plane, Int, Int) -> Float = { $0.zeroPadded($1, $2) }
  /// Along one axis: the input's place, from the tile's first window's and the number in the patch.
  var source: @Sendable (_ start: Int, _ number: Int, _ padding: Int, _ dilation: Int) -> Int = {
    $0 - $2 + $1 * $3
  }
  /// Along one axis: the output's place, from the tile's first output and the number in the tile.
  var target: @Sendable (_ start: Int, _ number: Int, _ dilation: Int) -> Int = { $0 + $1 * $2 }
  /// Whether columns of a tile past the map's edge are left out.
  var isClipped = true
  /// What the transforms leave for the next step.
  var transformedFilter: @Sendable (Matrix<Float>) -> Matrix<Float> = { $0 }
  var transformedPatch: @Sendable (Matrix<Float>) -> Matrix<Float> = { $0 }
  var transformedSums: @Sendable (Matrix<Float>, WinogradTilePlace) -> Matrix<Float> = { sums, _ in
    sums
  }
  /// The sum over the channels at one point.
  var sum: @Sendable (WinogradProducts) -> Float = { $0.total }
  var finish: @Sendable (Float, Finish) -> Float = { $1.standard($0) }

  init?(_ probe: Probe) {
    guard let transform = probe.winograd else { return nil }
    self.init(probe.layer, probe.inputs, probe.parameters, transform)
  }

  /// Nil for layers without such an algorithm.
  init?(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, _ transform: WinogradTransform
  ) {
    guard case .conv2d(let convolution) = layer.operation, let weight = parameters.weight,
      transform.computes(convolution, weight: weight.shape)
    else { return nil }
    self.layer = layer
    self.input = inputs[0]
    self.weight = weight
    self.parameters = parameters
    self.transform = transform
    self.convolution = convolution
    inputMatrix = transform.inputMatrix.map { $0.map(Float.init) }
    sumMatrix = transform.sumMatrix.map { $0.map(Float.init) }
    filterMatrix = transform.filterMatrix
  }

  /// The greatest number of roundings of one term: in each of four passes of input and sums a product and the m + 1
  /// sums after it; the filter's one; the product and the sums over the channels; what follows in the reference.
  var errorModel: ErrorModel {
    let finish = Reference.errorModel(of: layer).height - layer.reductionLength
    return ErrorModel(height: 4 * transform.size + 1 + weight.shape[1] + finish, winograd: transform)
  }

  func evaluate() -> Tensor<Float> {
    let shape = layer.outputShape
    var values = [Float](repeating: .nan, count: shape.count)
    let filters = (0..<(shape[1] * channels)).map(filter)
    let finishes = (0..<shape[1]).map {
      Finish(
        channel: $0, channels: shape[1], parameters: parameters, epsilon: Float(convolution.normEpsilon),
        relu: convolution.relu)
    }
    var previous = [Float](repeating: 0, count: shape[1] * points)
    for tile in WinogradTilePlace.all(in: shape, convolution.dilation, outputs: transform.outputs) {
      let patches = (0..<channels).map { patch(tile, $0) }
      for channel in 0..<shape[1] {
        let sums = (0..<transform.size).map { row in
          (0..<transform.size).map { column -> Float in
            let place = channel * points + row * transform.size + column
            previous[place] = sum(
              WinogradProducts(
                filters: (0..<channels).map { filters[channel * channels + $0][row][column] },
                patches: patches.map { $0[row][column] }, previous: previous[place], tile: tile,
                point: row * transform.size + column, points: points))
            return previous[place]
          }
        }
        store(
          transformedSums(sandwich(sumMatrix, sums), tile), tile, finishes[channel], into: &values)
      }
    }
    return Tensor(shape, values: values)
  }

  private var channels: Int { weight.shape[1] }
  private var points: Int { transform.size * transform.size }

  /// G·g·Gᵀ in float64, rounded once.
  private func filter(_ number: Int) -> Matrix<Float> {
    let taps = (0..<3).map { row in (0..<3).map { Double(weight.values[number * 9 + row * 3 + $0]) } }
    return transformedFilter(sandwich(filterMatrix, taps).map { $0.map(Float.init) })
  }

  /// Bᵀ·d·B.
  private func patch(_ tile: WinogradTilePlace, _ channel: Int) -> Matrix<Float> {
    let (height, width) = (input.shape[2], input.shape[3])
    let plane = Plane(
      values: input.values, start: (tile.image * channels + channel) * height * width, height: height,
      width: width)
    let (padding, dilation) = (convolution.padding, convolution.dilation)
    let values = (0..<transform.size).map { row in
      (0..<transform.size).map { column in
        read(
          plane, source(tile.row * transform.stride, row, padding.vertical, dilation.vertical),
          source(tile.column * transform.stride, column, padding.horizontal, dilation.horizontal))
      }
    }
    return transformedPatch(sandwich(inputMatrix, values))
  }

  private func store(
    _ sums: Matrix<Float>, _ tile: WinogradTilePlace, _ finish: Finish, into values: inout [Float]
  ) {
    let shape = layer.outputShape
    for row in 0..<transform.outputs {
      for column in 0..<transform.outputs {
        let y = target(tile.row, row, convolution.dilation.vertical)
        let x = target(tile.column, column, convolution.dilation.horizontal)
        let flat = ((tile.image * shape[1] + finish.channel) * shape[2] + y) * shape[3] + x
        guard y < shape[2], x < shape[3] || !isClipped, flat < values.count else { continue }
        values[flat] = self.finish(sums[row][column], finish)
      }
    }
  }
}

/// A small matrix, row by row.
typealias Matrix<Scalar> = [[Scalar]]

/// matrix·values·matrixᵀ, down the columns first, one addition after the other.
private func sandwich<T: BinaryFloatingPoint>(
  _ matrix: Matrix<T>, _ values: Matrix<T>
) -> Matrix<T> {
  let half = matrix.map { factors in
    values[0].indices.map { column in
      factors.indices.reduce(T(0)) { $0 + factors[$1] * values[$1][column] }
    }
  }
  return half.map { row in
    matrix.map { factors in factors.indices.reduce(T(0)) { $0 + factors[$1] * row[$1] } }
  }
}

/// A tile by its first output pixel, in the order in which they are computed.
struct WinogradTilePlace: Sendable {
  let image: Int
  let row: Int
  let column: Int
  let number: Int
  /// How many tiles there are.
  let count: Int

  /// The tiles of an output: one phase of the dilation after the other, each row by row.
  static func all(in output: Shape, _ dilation: Pair, outputs: Int) -> [WinogradTilePlace] {
    func starts(_ extent: Int, _ dilation: Int, _ phase: Int) -> [Int] {
      Array(stride(from: phase, to: extent, by: outputs * dilation))
    }
    let places = (0..<output[0]).flatMap { image in
      (0..<dilation.vertical).flatMap { down in
        (0..<dilation.horizontal).flatMap { right in
          starts(output[2], dilation.vertical, down).flatMap { row in
            starts(output[3], dilation.horizontal, right).map { (image, row, $0) }
          }
        }
      }
    }
    return places.enumerated().map { number, place in
      WinogradTilePlace(
        image: place.0, row: place.1, column: place.2, number: number, count: places.count)
    }
  }
}

/// The products of one filter with one patch at one point, channel by channel.
struct WinogradProducts {
  let filters: [Float]
  let patches: [Float]
  /// The sum that the tile before had here.
  let previous: Float
  let tile: WinogradTilePlace
  let point: Int
  let points: Int

  var count: Int { filters.count }

  func sum(_ range: Range<Int>, from start: Float = 0) -> Float {
    range.reduce(start) { $0 + filters[$1] * patches[$1] }
  }

  /// The sum of all products: the right one.
  var total: Float { sum(0..<count) }

  /// The channels of the last chain of four, whole or broken.
  var lastChain: Range<Int> { ((count - 1) / 4 * 4)..<count }
}
