import Backends
import Tensors

/// One coordinate of a sampling position and what its rounding can reach.
struct BilinearAxis {
  /// ⌊position⌋.
  let cell: Int
  /// position − cell.
  let fraction: Double
  /// How far a float32 position can be off: u·|position| when base and offset are added in float32, u when only the
  /// fraction is.
  let uncertainty: Double
  /// The cells that the position can fall into: its own, and a neighbour when it is within `uncertainty` of a lattice
  /// line.
  let cells: ClosedRange<Int>
  /// The map's extent.
  let size: Int

  /// - Returns: nil where position and all that its rounding reaches lie where the surface is 0: beyond −2 or
  ///   size + 1, for the rounding of a position of such maps is far below 1.
  init?(_ position: Double, size: Int, _ coordinates: ErrorModel.Coordinates) {
    guard position > -2, position < Double(size + 1) else { return nil }
    switch coordinates {
    case .roundedSum: uncertainty = Float32Arithmetic.unitRoundoff * abs(position)
    case .splitInteger: uncertainty = Float32Arithmetic.unitRoundoff
    }
    cell = Int(position.rounded(.down))
    fraction = position - Double(cell)
    let least = Int((position - uncertainty).rounded(.down))
    cells = least...max(least, Int((position + uncertainty).rounded(.down)))
    self.size = size
  }
}

/// The part of the bilinear surface around one sampling position; outside the map its lattice points are 0.
struct BilinearPatch {
  /// A sample of the surface, of that of the absolute values, and how far the sample can be displaced.
  struct Sample {
    var value = 0.0
    var magnitude = 0.0
    var displacement = 0.0
  }

  let y: BilinearAxis
  let x: BilinearAxis

  init?(vertical: BilinearAxis?, horizontal: BilinearAxis?) {
    guard let vertical, let horizontal else { return nil }
    y = vertical
    x = horizontal
  }

  /// Samples the plane of `input` that begins at flat index `plane`.
  func sample(_ input: Tensor<Float>, plane: Int) -> Sample {
    var sample = Sample()
    for down in 0...1 {
      let weightY = down == 0 ? 1 - y.fraction : y.fraction
      for right in 0...1 {
        let weight = weightY * (right == 0 ? 1 - x.fraction : x.fraction)
        let value = lattice(input, plane, y.cell + down, x.cell + right)
        sample.value += weight * value
        sample.magnitude += weight * abs(value)
      }
    }
    sample.displacement = y.uncertainty * slopeY(input, plane) + x.uncertainty * slopeX(input, plane)
    return sample
  }

  private func lattice(_ input: Tensor<Float>, _ plane: Int, _ row: Int, _ column: Int) -> Double {
    guard row >= 0, row < y.size, column >= 0, column < x.size else { return 0 }
    return Double(input.values[plane + row * x.size + column])
  }

  /// The surface's Lipschitz constant along y: within a cell ∂/∂y is a mean of the differences along its two sides.
  private func slopeY(_ input: Tensor<Float>, _ plane: Int) -> Double {
    guard y.uncertainty > 0 else { return 0 }
    var slope = 0.0
    for row in y.cells {
      for column in x.cells.lowerBound...(x.cells.upperBound + 1) {
        let rise = lattice(input, plane, row + 1, column) - lattice(input, plane, row, column)
        slope = max(slope, abs(rise))
      }
    }
    return slope
  }

  /// The same along x.
  private func slopeX(_ input: Tensor<Float>, _ plane: Int) -> Double {
    guard x.uncertainty > 0 else { return 0 }
    var slope = 0.0
    for row in y.cells.lowerBound...(y.cells.upperBound + 1) {
      for column in x.cells {
        let rise = lattice(input, plane, row, column + 1) - lattice(input, plane, row, column)
        slope = max(slope, abs(rise))
      }
    }
    return slope
  }
}
