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
struct WinogradMagnitudes: Sendable {
  private let transform: WinogradTransform
  private let input: Tensor<Float>
  private let weight: Tensor<Float>
  private let convolution: Convolution
  private let output: Shape
  private let absoluteInput: [[Double]]
  private let absoluteSums: [[Double]]
  private let epilogue: MagnitudeEpilogue
  private let basis: FilterBasis

  /// - Returns: nil where the layer is no convolution of the kind that has a Winograd algorithm.
  init?(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, _ transform: WinogradTransform
  ) {
    guard let convolution = layer.convolution, let weight = parameters.weight, weight.shape[2] == 3,
      weight.shape[3] == 3, convolution.stride == Pair(1), convolution.groups == 1
    else { return nil }
    self.transform = transform
    input = inputs[0]
    self.weight = weight
    self.convolution = convolution
    output = layer.outputShape
    absoluteInput = transform.inputMatrix.map { $0.map { abs($0) } }
    absoluteSums = transform.sumMatrix.map { $0.map { abs($0) } }
    epilogue = MagnitudeEpilogue(layer, parameters)
    basis = FilterBasis(transform)
  }

  /// The magnitude of every output, or of those with the given flat indices, in their order.
  ///
  /// - Complexity: O(tiles · channels · outputs · (m + 2)²) for all, O(indices · channels · (m + 2)²) for some; on all
  ///   processors. Memory beyond the result: see ``batchBytes``.
  func evaluate(_ indices: [Int]?) -> [Double] {
    indices.map(some) ?? all()
  }

  // MARK: Tiles

  /// A tile by its first output pixel; with dilation its pixels lie that far apart.
  private struct Tile: Hashable {
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

  private func allTiles() -> [Tile] {
    (0..<output[0]).flatMap { image in
      let rows = Set((0..<output[2]).map { tileStart(of: $0, dilation: convolution.dilation.vertical) })
      let columns = Set((0..<output[3]).map { tileStart(of: $0, dilation: convolution.dilation.horizontal) })
      return rows.sorted().flatMap { row in
        columns.sorted().map { Tile(image: image, row: row, column: $0) }
      }
    }
  }

  // MARK: Parts of the sum

  private var channels: Int { weight.shape[1] }
  private var points: Int { transform.size * transform.size }

  /// |Bᵀ|·|d|·|B| of every channel, [channels][(m + 2)²].
  private func patch(_ tile: Tile) -> [Double] {
    let size = transform.size
    let (height, width) = (input.shape[2], input.shape[3])
    var patch = [Double](repeating: 0, count: channels * points)
    var values = [Double](repeating: 0, count: points)
    var half = values
    for channel in 0..<channels {
      let plane = (tile.image * channels + channel) * height * width
      for row in 0..<size {
        let y = tile.row - convolution.padding.vertical + row * convolution.dilation.vertical
        for column in 0..<size {
          let x = tile.column - convolution.padding.horizontal + column * convolution.dilation.horizontal
          let isInside = y >= 0 && y < height && x >= 0 && x < width
          values[row * size + column] = isInside ? Double(abs(input.values[plane + y * width + x])) : 0
        }
      }
      Self.multiply(absoluteInput, values, size, into: &half)
      Self.multiply(transposing: absoluteInput, half, size, size, into: &patch, at: channel * points)
    }
    return patch
  }

  /// |U| of one output channel, [channels][(m + 2)²].
  private func filter(_ outputChannel: Int) -> [Double] {
    var filter = [Double](repeating: 0, count: channels * points)
    for channel in 0..<channels {
      basis.addMagnitudes(
        of: weight.values, from: (outputChannel * channels + channel) * 9, to: &filter, at: channel * points)
    }
    return filter
  }

  /// The magnitudes of a tile's outputs in one channel, m×m, before bias and norm.
  private func sums(_ filter: [Double], _ patch: ArraySlice<Double>) -> [Double] {
    let (size, outputs) = (transform.size, transform.outputs)
    var products = [Double](repeating: 0, count: points)
    patch.withUnsafeBufferPointer { patch in
      for first in stride(from: 0, to: filter.count, by: points) {
        for point in 0..<points { products[point] += filter[first + point] * patch[first + point] }
      }
    }
    var half = [Double](repeating: 0, count: outputs * size)
    Self.multiply(absoluteSums, products, size, into: &half)
    var sums = [Double](repeating: 0, count: outputs * outputs)
    Self.multiply(transposing: absoluteSums, half, size, outputs, into: &sums, at: 0)
    return sums
  }

  /// matrix · values, `values` of `width` columns.
  private static func multiply(
    _ matrix: [[Double]], _ values: [Double], _ width: Int, into product: inout [Double]
  ) {
    for (row, factors) in matrix.enumerated() {
      for column in 0..<width {
        var sum = 0.0
        for (index, factor) in factors.enumerated() { sum += factor * values[index * width + column] }
        product[row * width + column] = sum
      }
    }
  }

  /// values · matrixᵀ, `values` of `height` rows and `width` columns.
  private static func multiply(
    transposing matrix: [[Double]], _ values: [Double], _ width: Int, _ height: Int,
    into product: inout [Double], at start: Int
  ) {
    for row in 0..<height {
      for (column, factors) in matrix.enumerated() {
        var sum = 0.0
        for (index, factor) in factors.enumerated() { sum += values[row * width + index] * factor }
        product[start + row * matrix.count + column] = sum
      }
    }
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
      let patch = patch(groups[group].key)
      return groups[group].value.map { position in
        let place = places[position]
        let sums = sums(filter(place.channel), patch[...])
        return (
          position,
          epilogue.magnitude(sums[offset(of: place.row, place.column, in: place.tile)], place.channel)
        )
      }
    }
    var magnitudes = [Double](repeating: 0, count: indices.count)
    for (position, magnitude) in parts.joined() { magnitudes[position] = magnitude }
    return magnitudes
  }

  /// Where an output pixel stands among its tile's m×m.
  private func offset(of row: Int, _ column: Int, in tile: Tile) -> Int {
    (row - tile.row) / convolution.dilation.vertical * transform.outputs
      + (column - tile.column) / convolution.dilation.horizontal
  }

  // MARK: All elements

  /// Bytes of transformed patches at a time.
  private static let batchBytes = 64 << 20

  private func all() -> [Double] {
    let tiles = allTiles()
    let batch = max(1, Self.batchBytes / (channels * points * MemoryLayout<Double>.stride))
    var magnitudes = [Double](repeating: 0, count: output.count)
    for first in stride(from: 0, to: tiles.count, by: batch) {
      let some = tiles[first..<min(first + batch, tiles.count)]
      let patches = Parallel.map(some.count) { patch(some[first + $0]) }
      let planes = Parallel.map(output[1]) { channel in
        let filter = filter(channel)
        return patches.map { sums(filter, $0[...]) }
      }
      for (channel, plane) in planes.enumerated() {
        for (tile, sums) in zip(some, plane) { write(sums, tile, channel, into: &magnitudes) }
      }
    }
    return magnitudes
  }

  private func write(_ sums: [Double], _ tile: Tile, _ channel: Int, into magnitudes: inout [Double]) {
    let plane = (tile.image * output[1] + channel) * output[2] * output[3]
    for row in 0..<transform.outputs {
      let y = tile.row + row * convolution.dilation.vertical
      guard y < output[2] else { break }
      for column in 0..<transform.outputs {
        let x = tile.column + column * convolution.dilation.horizontal
        guard x < output[3] else { break }
        magnitudes[plane + y * output[3] + x] = epilogue.magnitude(
          sums[row * transform.outputs + column], channel)
      }
    }
  }
}

extension WinogradMagnitudes {
  /// Upper bounds of Σ M and Σ M² over every output, without working out any: for the points i of the transform,
  ///
  /// Σ M ≤ Σ_r Σ_i |Aᵀ|_ri·Σ_c (Σ_k |s_k·U_kci|)·(Σ_t V_tci) and, by Minkowski's inequality over the points and Cauchy
  /// and Schwarz's over the channels, √Σ M² ≤ √Σ_r (Σ_i |Aᵀ|_ri·√Σ_kc (s_k·U_kci)²·√Σ_tc V_tci²)²,
  ///
  /// k over output channels, t over tiles, r over a tile's outputs, V = |Bᵀ|·|d|·|B|; bias and norm add their part. Both are
  /// nearly reached, because all terms are positive; tiles that reach over the edge count whole.
  ///
  /// - Complexity: O((tiles + outputs)·channels·(m + 2)²).
  func totals() -> MagnitudeTotals {
    let scales = (0..<output[1]).map { epilogue.magnitude(1, $0) - epilogue.magnitude(0, $0) }
    let filters = PointSums(
      Parallel.map(output[1]) { channel in
        PointSums(filter(channel).map { $0 * scales[channel] }, channels: channels, points: points)
      })
    let tiles = allTiles()
    let patches = PointSums(
      Parallel.map(tiles.count) { PointSums(patch(tiles[$0]), channels: channels, points: points) })
    var (sum, squares) = (0.0, 0.0)
    for row in absoluteSums {
      for column in absoluteSums {
        var root = 0.0
        for point in 0..<points {
          let factor = row[point / transform.size] * column[point % transform.size]
          for channel in 0..<channels {
            let place = channel * points + point
            sum += factor * filters.sums[place] * patches.sums[place]
          }
          root += factor * (filters.squares[point] * patches.squares[point]).squareRoot()
        }
        squares += root * root
      }
    }
    let shifts = (0..<output[1]).map { epilogue.magnitude(0, $0) }
    let area = Double(output[0] * output[2] * output[3])
    let root = squares.squareRoot() + (area * shifts.reduce(0) { $0 + $1 * $1 }).squareRoot()
    return MagnitudeTotals(sum: sum + area * shifts.reduce(0, +), squares: root * root)
  }

  /// Sums over many filters or patches: of every channel's points, and of every point's squares.
  private struct PointSums: Sendable {
    private(set) var sums: [Double]
    private(set) var squares: [Double]

    init(_ values: [Double], channels: Int, points: Int) {
      sums = values
      squares = [Double](repeating: 0, count: points)
      for channel in 0..<channels {
        for point in 0..<points {
          squares[point] += values[channel * points + point] * values[channel * points + point]
        }
      }
    }

    init(_ parts: [PointSums]) {
      sums = [Double](repeating: 0, count: parts.first?.sums.count ?? 0)
      squares = [Double](repeating: 0, count: parts.first?.squares.count ?? 0)
      for part in parts {
        for place in sums.indices { sums[place] += part.sums[place] }
        for point in squares.indices { squares[point] += part.squares[point] }
      }
    }
  }
}

extension WinogradMagnitudes {
  /// Of every pixel, [N·Ho·Wo]: Σ M over the output channels, and a number that M exceeds in none of them. The algorithm
  /// is run once with the filters' magnitudes |s_k·U_kci| added up over k, and once with the largest of them.
  ///
  /// - Complexity: O((tiles + outputs)·channels·(m + 2)²).
  func channelTotals() -> [(sum: Double, peak: Double)] {
    let shifts = (0..<output[1]).map { epilogue.magnitude(0, $0) }
    let filters = summedFilters(scales: (0..<output[1]).map { epilogue.magnitude(1, $0) - shifts[$0] })
    let (shift, shiftPeak) = (shifts.reduce(0, +), shifts.max() ?? 0)
    let tiles = allTiles()
    let parts = Parallel.map(tiles.count) { index in
      let patch = patch(tiles[index])
      return zip(sums(filters.sums, patch[...]), sums(filters.peaks, patch[...])).map {
        (sum: $0 + shift, peak: $1 + shiftPeak)
      }
    }
    var totals = [(sum: Double, peak: Double)](repeating: (0, 0), count: output[0] * output[2] * output[3])
    for (tile, part) in zip(tiles, parts) {
      for (place, total) in part.enumerated() {
        let (row, column) = place.quotientAndRemainder(dividingBy: transform.outputs)
        let y = tile.row + row * convolution.dilation.vertical
        let x = tile.column + column * convolution.dilation.horizontal
        if y < output[2], x < output[3] { totals[(tile.image * output[2] + y) * output[3] + x] = total }
      }
    }
    return totals
  }

  /// Σ_k and max_k of |s_k·U_kci|, a few output channels at a time on all processors.
  private func summedFilters(scales: [Double]) -> (sums: [Double], peaks: [Double]) {
    let zeros = [Double](repeating: 0, count: channels * points)
    let chunks = Parallel.chunks(of: output[1], size: 32)
    let parts = Parallel.map(chunks.count) { chunk in
      chunks[chunk].reduce(into: (sums: zeros, peaks: zeros)) { result, channel in
        let filter = filter(channel)
        for place in filter.indices {
          let magnitude = scales[channel] * filter[place]
          result.sums[place] += magnitude
          result.peaks[place] = max(result.peaks[place], magnitude)
        }
      }
    }
    return parts.reduce(into: (sums: zeros, peaks: zeros)) { result, part in
      for place in zeros.indices {
        result.sums[place] += part.sums[place]
        result.peaks[place] = max(result.peaks[place], part.peaks[place])
      }
    }
  }
}

/// Upper bounds of the sum of a layer's magnitudes over all elements, and of their squares.
package struct MagnitudeTotals: Sendable, Hashable {
  package let sum: Double
  package let squares: Double
}

extension MagnitudeTotals {
  /// Those of a Winograd plan's terms, see `WinogradMagnitudes.totals`; nil for other plans.
  package init?(
    _ layer: Layer, model: ErrorModel, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) {
    guard let transform = model.winograd,
      let magnitudes = WinogradMagnitudes(layer, inputs, parameters, transform)
    else { return nil }
    self = magnitudes.totals()
  }
}

/// G, with which filters are transformed without an array for each.
private struct FilterBasis: Sendable {
  private let rows: [SIMD4<Double>]
  private let absoluteRows: [SIMD4<Double>]

  init(_ transform: WinogradTransform) {
    rows = transform.filterMatrix.map { SIMD4($0[0], $0[1], $0[2], 0) }
    absoluteRows = rows.map { SIMD4(abs($0[0]), abs($0[1]), abs($0[2]), 0) }
  }

  /// Adds |G·g·Gᵀ| + 2⁻²⁸·|G|·|g|·|Gᵀ| of the nine taps from `first` on.
  func addMagnitudes(of weights: [Float], from first: Int, to target: inout [Double], at place: Int) {
    func tap(_ index: Int) -> Double { Double(weights[first + index]) }
    func reach(_ index: Int) -> Double { abs(tap(index)) }
    let taps = (
      SIMD4(tap(0), tap(1), tap(2), 0), SIMD4(tap(3), tap(4), tap(5), 0), SIMD4(tap(6), tap(7), tap(8), 0)
    )
    let reaches = (
      SIMD4(reach(0), reach(1), reach(2), 0), SIMD4(reach(3), reach(4), reach(5), 0),
      SIMD4(reach(6), reach(7), reach(8), 0)
    )
    for row in rows.indices {
      let down = taps.0 * rows[row][0] + taps.1 * rows[row][1] + taps.2 * rows[row][2]
      let factors = absoluteRows[row]
      let reachDown = reaches.0 * factors[0] + reaches.1 * factors[1] + reaches.2 * factors[2]
      for column in rows.indices {
        let (value, reach) = (down * rows[column], reachDown * absoluteRows[column])
        target[place + row * rows.count + column] +=
          abs(value[0] + value[1] + value[2]) + 0x1p-28 * (reach[0] + reach[1] + reach[2])
      }
    }
  }
}

/// What bias and norm make of a sum's magnitude: M + |bias|, then (M + |mean|)·|s| + |shift| (golden-format.md).
struct MagnitudeEpilogue: Sendable {
  private let bias: [Float]?
  private let norm: Parameters<Float>.Norm?
  private let scales: [Double]

  init(_ layer: Layer, _ parameters: Parameters<Float>) {
    bias = parameters.bias
    norm = parameters.norm
    scales = layer.normScales(parameters)
  }

  func magnitude(_ sum: Double, _ channel: Int) -> Double {
    var magnitude = sum
    if let bias { magnitude += abs(Double(bias[channel])) }
    if let norm {
      let mean = abs(Double(norm.runningMean[channel]))
      magnitude = (magnitude + mean) * abs(scales[channel]) + abs(Double(norm.bias[channel]))
    }
    return magnitude
  }
}
