import Backends
import Catalogue
import Tensors

/// The magnitudes of a Winograd convolution: the same algorithm run on absolute values, with the absolute transform
/// matrices,
///
/// M = |Aᵀ|·[Σ_c |U_c| ⊙ (|Bᵀ|·|d_c|·|B|)]·|A|, U = G·g·Gᵀ,
///
/// and from there as for any convolution: bias and norm add theirs. An algorithm whose every term passes at most h
/// roundings is within γ_h·M of the truth, element by element (Barabasz, Anderson, Soodhalter & Gregg, *Error Analysis
/// and Improving the Accuracy of Winograd Convolution for Deep Neural Networks*, ACM TOMS 46, 2020, theorem 2;
/// arXiv 1803.10986). M does not depend on how the channels are summed, but on how the output is cut into tiles.
///
/// U is worked out in float64 and rounded once, so it enters as it is, not as |G|·|g|·|Gᵀ|, which is twice as large. What
/// float64 loses in it, at most 16·2⁻⁵³·|G|·|g|·|Gᵀ|, is covered by 2⁻²⁸·|G|·|g|·|Gᵀ| added to |U|, for a height of
/// at least eight.
package struct WinogradMagnitudes: Sendable {
  let transform: WinogradTransform
  /// Rows of a patch, kept: the transform, in another module, reckons them anew for every row of every channel.
  let size: Int
  let convolution: Convolution
  let output: Shape
  let epilogue: MagnitudeEpilogue
  let sums: Sandwich
  private let input: Tensor<Float>
  private let weight: Tensor<Float>
  private let absoluteInput: Sandwich
  private let filters: Sandwich
  private let absoluteFilters: Sandwich

  /// - Returns: nil where the layer is no convolution of the kind that has a Winograd algorithm.
  package init?(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, _ transform: WinogradTransform
  ) {
    guard let convolution = layer.convolution, let weight = parameters.weight,
      transform.computes(convolution, weight: weight.shape)
    else { return nil }
    self.transform = transform
    size = transform.size
    input = inputs[0]
    self.weight = weight
    self.convolution = convolution
    output = layer.outputShape
    epilogue = MagnitudeEpilogue(layer, parameters)
    sums = Sandwich(transform.sumMatrix).absolute
    absoluteInput = Sandwich(transform.inputMatrix).absolute
    filters = Sandwich(transform.filterMatrix)
    absoluteFilters = filters.absolute
  }

  /// The magnitude of every output, or of those with the given flat indices, in their order. Both are the same bits.
  ///
  /// - Complexity: O(tiles · channels · outputs · points) for all, O(indices · channels · points) for some; on all
  ///   processors. Memory beyond the result: see `batchBytes`.
  package func evaluate(_ indices: [Int]?) -> [Double] {
    indices.map(some) ?? all()
  }

  // MARK: Tiles

  /// A tile by its first output pixel; with dilation its pixels lie that far apart.
  struct Tile: Hashable, Sendable {
    let image: Int
    let row: Int
    let column: Int
  }

  /// The first output coordinate of the tile that holds `place`, along an axis of this dilation.
  private func tileStart(of place: Int, dilation: Int) -> Int {
    let phase = place % dilation
    return place / dilation / transform.outputs * transform.outputs * dilation + phase
  }

  private func tile(_ image: Int, _ row: Int, _ column: Int) -> Tile {
    Tile(
      image: image, row: tileStart(of: row, dilation: convolution.dilation.vertical),
      column: tileStart(of: column, dilation: convolution.dilation.horizontal))
  }

  func allTiles() -> [Tile] {
    let rows = Set((0..<output[2]).map { tileStart(of: $0, dilation: convolution.dilation.vertical) })
    let columns = Set((0..<output[3]).map { tileStart(of: $0, dilation: convolution.dilation.horizontal) })
    return (0..<output[0]).flatMap { image in
      rows.sorted().flatMap { row in
        columns.sorted().map { Tile(image: image, row: row, column: $0) }
      }
    }
  }

  /// Calls `body` with every pixel of the tile that lies in the output: its row and column in the tile and in the map.
  func forEachPixel(of tile: Tile, _ body: (_ row: Int, _ column: Int, _ y: Int, _ x: Int) -> Void) {
    for row in 0..<transform.outputs {
      let y = tile.row + row * convolution.dilation.vertical
      guard y < output[2] else { break }
      for column in 0..<transform.outputs {
        let x = tile.column + column * convolution.dilation.horizontal
        guard x < output[3] else { break }
        body(row, column, y, x)
      }
    }
  }

  // MARK: Parts of the sum

  var channels: Int { weight.shape[1] }
  var points: Int { size * size }

  /// |Bᵀ|·|d|·|B| of one channel.
  func patch(_ tile: Tile, _ channel: Int) -> Sandwich.Grid {
    let (height, width) = (input.shape[2], input.shape[3])
    let plane = (tile.image * channels + channel) * height * width
    let top = tile.row * transform.stride - convolution.padding.vertical
    let left = tile.column * transform.stride - convolution.padding.horizontal
    var values = Sandwich.zeros
    for row in 0..<size {
      let y = top + row * convolution.dilation.vertical
      guard y >= 0, y < height else { continue }
      for column in 0..<size {
        let x = left + column * convolution.dilation.horizontal
        guard x >= 0, x < width else { continue }
        values[row][column] = Double(abs(input.values[plane + y * width + x]))
      }
    }
    return absoluteInput(values)
  }

  /// |U| of one filter's channel.
  func filter(_ output: Int, _ channel: Int) -> Sandwich.Grid {
    let first = (output * channels + channel) * 9
    var (taps, reaches) = (Sandwich.zeros, Sandwich.zeros)
    for row in 0..<3 {
      for column in 0..<3 {
        let tap = Double(weight.values[first + 3 * row + column])
        taps[row][column] = tap
        reaches[row][column] = abs(tap)
      }
    }
    var values = filters(taps)
    let reach = absoluteFilters(reaches)
    for row in 0..<size { values[row] = abs(values[row]) + 0x1p-28 * reach[row] }
    return values
  }

  // MARK: Some elements

  private func some(_ indices: [Int]) -> [Double] {
    let area = output[2] * output[3]
    let places = indices.map { flat in
      let (pixel, plane) = (flat % area, flat / area)
      let (row, column) = pixel.quotientAndRemainder(dividingBy: output[3])
      return (
        tile: tile(plane / output[1], row, column), channel: plane % output[1], row: row, column: column
      )
    }
    let groups = Array(Dictionary(grouping: places.indices) { places[$0].tile })
    let parts = Parallel.map(groups.count) { group in
      let start = groups[group].key
      let patches = (0..<channels).map { patch(start, $0) }
      return groups[group].value.map { position in
        let place = places[position]
        var products = Sandwich.zeros
        for channel in 0..<channels {
          let values = filter(place.channel, channel)
          for row in 0..<size { products[row] += values[row] * patches[channel][row] }
        }
        let row = (place.row - start.row) / convolution.dilation.vertical
        let column = (place.column - start.column) / convolution.dilation.horizontal
        return (position, epilogue.magnitude(sums(products)[row][column], place.channel))
      }
    }
    var magnitudes = [Double](repeating: 0, count: indices.count)
    for (position, magnitude) in parts.joined() { magnitudes[position] = magnitude }
    return magnitudes
  }
}

private func abs(_ vector: SIMD8<Double>) -> SIMD8<Double> {
  vector.replacing(with: -vector, where: vector .< 0)
}
