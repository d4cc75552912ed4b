import Backends
import Catalogue
import Tensors

extension WinogradMagnitudes {
  /// Upper bounds of Σ M and Σ M² over every output, without working out any: for the points i of the transform,
  ///
  /// Σ M ≤ Σ_r Σ_i |Aᵀ|_ri·Σ_c (Σ_k |s_k·U_kci|)·(Σ_t V_tci) and, by Minkowski's inequality over the points and Cauchy
  /// and Schwarz's over the channels, √Σ M² ≤ √Σ_r (Σ_i |Aᵀ|_ri·√Σ_kc (s_k·U_kci)²·√Σ_tc V_tci²)²,
  ///
  /// k over output channels, t over tiles, r over a tile's outputs, V = |Bᵀ|·|d|·|B|; bias and norm add their part. Both are
  /// nearly reached, because all terms are positive; tiles that reach over the edge count whole.
  ///
  /// - Complexity: O((tiles + outputs)·channels·points).
  package func totals() -> MagnitudeTotals {
    let filters = filterSums()
    let tiles = allTiles()
    let patches = PointSums(of: tiles.count, channels: channels) { patch(tiles[$0], $1) }
    var products = Sandwich.zeros
    var roots = Sandwich.zeros
    for row in 0..<size {
      for channel in 0..<channels {
        products[row] += filters.sums[channel][row] * patches.sums[channel][row]
      }
      roots[row] = (filters.squares[row] * patches.squares[row]).squareRoot()
    }
    let (totals, lengths) = (sums(products), sums(roots))
    var (sum, squares) = (0.0, 0.0)
    for row in 0..<transform.outputs {
      for column in 0..<transform.outputs {
        sum += totals[row][column]
        squares += lengths[row][column] * lengths[row][column]
      }
    }
    let shifts = (0..<output[1]).map { epilogue.magnitude(0, $0) }
    let area = Double(output[0] * output[2] * output[3])
    let root = squares.squareRoot() + (area * shifts.reduce(0) { $0 + $1 * $1 }).squareRoot()
    return MagnitudeTotals(sum: sum + area * shifts.reduce(0, +), squares: root * root)
  }

  /// Sums over the filters, each times its norm's |s|.
  private func filterSums() -> PointSums {
    PointSums(of: output[1], channels: channels) { output, channel in
      var scaled = filter(output, channel)
      for row in 0..<size { scaled[row] *= epilogue.scale(output) }
      return scaled
    }
  }

  /// Sums and maxima over many filters or patches: of every channel's points, and over the channels of every point's
  /// squares.
  private struct PointSums: Sendable {
    private(set) var sums: [Sandwich.Grid]
    private(set) var peaks: [Sandwich.Grid]
    private(set) var squares = Sandwich.zeros

    /// Of `count` items, whose channels `grid` gives; in a few parts, so that few sums are held at a time.
    init(of count: Int, channels: Int, _ grid: @Sendable (_ item: Int, _ channel: Int) -> Sandwich.Grid) {
      let chunks = Parallel.chunks(of: count, size: (count + 15) / 16)
      let parts = Parallel.map(chunks.count) { chunk in
        var part = PointSums(channels: channels)
        for item in chunks[chunk] {
          for channel in 0..<channels {
            let values = grid(item, channel)
            for row in 0..<8 {
              part.sums[channel][row] += values[row]
              part.peaks[channel][row] = pointwiseMax(part.peaks[channel][row], values[row])
              part.squares[row] += values[row] * values[row]
            }
          }
        }
        return part
      }
      self.init(channels: channels)
      for part in parts {
        for row in 0..<8 {
          squares[row] += part.squares[row]
          for channel in 0..<channels {
            sums[channel][row] += part.sums[channel][row]
            peaks[channel][row] = pointwiseMax(peaks[channel][row], part.peaks[channel][row])
          }
        }
      }
    }

    private init(channels: Int) {
      sums = [Sandwich.Grid](repeating: Sandwich.zeros, count: channels)
      peaks = sums
    }
  }

  /// Of every pixel, [N·Ho·Wo]: Σ M over the output channels, and a number that M exceeds in none of them. The algorithm
  /// is run once with the filters' magnitudes |s_k·U_kci| added up over k, and once with the largest of them.
  ///
  /// - Complexity: O((tiles + outputs)·channels·points).
  package func channelTotals() -> [(sum: Double, peak: Double)] {
    let filters = filterSums()
    let shifts = (0..<output[1]).map { epilogue.magnitude(0, $0) }
    let (shift, shiftPeak) = (shifts.reduce(0, +), shifts.max() ?? 0)
    let tiles = allTiles()
    let parts = Parallel.map(tiles.count) { index in
      var (products, peaks) = (Sandwich.zeros, Sandwich.zeros)
      for channel in 0..<channels {
        let values = patch(tiles[index], channel)
        for row in 0..<size {
          products[row] += filters.sums[channel][row] * values[row]
          peaks[row] += filters.peaks[channel][row] * values[row]
        }
      }
      return (sums: sums(products), peaks: sums(peaks))
    }
    var totals = [(sum: Double, peak: Double)](repeating: (0, 0), count: output[0] * output[2] * output[3])
    for (tile, part) in zip(tiles, parts) {
      forEachPixel(of: tile) { row, column, y, x in
        totals[(tile.image * output[2] + y) * output[3] + x] = (
          part.sums[row][column] + shift, part.peaks[row][column] + shiftPeak
        )
      }
    }
    return totals
  }
}

/// Upper bounds of the sum of a layer's magnitudes over all elements, and of their squares.
package struct MagnitudeTotals: Sendable, Hashable {
  package let sum: Double
  package let squares: Double
}

extension MagnitudeTotals {
  /// Those of a Winograd plan's terms, see ``WinogradMagnitudes/totals()``; nil for other plans.
  package init?(
    _ layer: Layer, model: ErrorModel, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) {
    guard let transform = model.winograd,
      let magnitudes = WinogradMagnitudes(layer, inputs, parameters, transform)
    else { return nil }
    self = magnitudes.totals()
  }
}
