import Catalogue
import Tensors

extension Analysis {
  /// Bilinear resizing: the error of the sampling position times the local slope of the surface, and the roundings of
  /// the interpolation.
  ///
  /// Position (i + ½)·(in/out) − ½, clamped: the quotient and the product are rounded, then the difference, so
  /// δ = γ_2·(i + ½)·in/out + u·(|position| + that). The surface is continuous with the edge clamped, and between
  /// the true and the rounded position its slope is at most the largest difference of neighbours in the cells
  /// touched.
  ///
  /// Interpolation: the form with the largest terms is a + f·(b − a) in both directions. One direction rounds the
  /// difference and the product (terms of at most 2·m, m the largest |corner|) and the sum (at most m): 5·u·m. The
  /// second direction adds as much, and the four-weight form has at most 7 roundings of terms that sum to m or
  /// less. So γ_10·m bounds them all.
  func resizeBilinear(size: Pair) -> ErrorBounds {
    let shape = inputs[0].shape
    let vertical = (0..<size.vertical).map { SamplePosition(index: $0, from: shape[2], to: size.vertical) }
    let horizontal = (0..<size.horizontal).map {
      SamplePosition(index: $0, from: shape[3], to: size.horizontal)
    }
    let area = size.vertical * size.horizontal
    return bounds { flat in
      let (plane, pixel) = flat.quotientAndRemainder(dividingBy: area)
      let (y, x) = (vertical[pixel / size.horizontal], horizontal[pixel % size.horizontal])
      let base = plane * shape[2] * shape[3]
      var (reach, slopeY, slopeX) = (0.0, 0.0, 0.0)
      for row in y.cells {
        for column in x.cells {
          let value = input(0, base + row * shape[3] + column)
          reach = max(reach, abs(value))
          if row > y.cells.lowerBound {
            slopeY = max(slopeY, abs(value - input(0, base + (row - 1) * shape[3] + column)))
          }
          if column > x.cells.lowerBound {
            slopeX = max(slopeX, abs(value - input(0, base + row * shape[3] + column - 1)))
          }
        }
      }
      let interpolation = RoundingFactor.guaranteed(10) * reach
      let underflow = reach > 0 ? 4 * Float32Arithmetic.leastNormal : 0
      return interpolation + y.uncertainty * slopeY + x.uncertainty * slopeX + underflow
    }
  }
}

/// Where one row or column of a resized picture is sampled.
private struct SamplePosition {
  /// How far a float32 position can be off.
  let uncertainty: Double
  /// The source rows or columns whose values can play a part.
  let cells: ClosedRange<Int>

  init(index: Int, from source: Int, to target: Int) {
    let scaled = (Double(index) + 0.5) * Double(source) / Double(target)
    let drift = RoundingFactor.guaranteed(2) * scaled
    uncertainty = drift + Float32Arithmetic.unitRoundoff * (abs(scaled - 0.5) + drift)
    let last = Double(source - 1)
    let low = min(max(scaled - 0.5 - uncertainty, 0), last)
    let high = min(max(scaled - 0.5 + uncertainty, 0), last)
    cells = Int(low.rounded(.down))...min(Int(high.rounded(.down)) + 1, source - 1)
  }
}
