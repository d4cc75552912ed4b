import Backends
import Catalogue
import Tensors

extension ProjectedLayer {
  /// Rows of a deformable convolution with the summed filters.
  ///
  /// A bilinear sample is linear in the map, so for each tap the input channels are added up first, with the tap's
  /// weights, and the sum is sampled.
  func sampledRows(_ rows: [Int], input: Tensor<Float>, offset: Tensor<Float>) -> [ProjectedRow] {
    let taps = kernel.vertical * kernel.horizontal
    let parts = Parallel.map(shape[0] * taps) { index in
      let (image, tap) = index.quotientAndRemainder(dividingBy: taps)
      let map = ProjectedMap(self, input, image: image, tap: tap)
      return rows.filter { $0 / shape[2] == image }.map { sampledRow($0, tap: tap, map, offset) }
    }
    return rows.map { row in
      var sum = ProjectedRow(
        row: row, pixels: [ProjectedPixel](repeating: ProjectedPixel(shift), count: shape[3]))
      for part in parts.joined() where part.row == row {
        for x in 0..<shape[3] { sum.pixels[x].add(part.pixels[x]) }
      }
      return sum
    }
  }

  /// What one tap adds to a row.
  private func sampledRow(
    _ row: Int, tap: Int, _ map: ProjectedMap, _ offset: Tensor<Float>
  ) -> ProjectedRow {
    let (image, y) = row.quotientAndRemainder(dividingBy: shape[2])
    let (tapRow, tapColumn) = tap.quotientAndRemainder(dividingBy: kernel.horizontal)
    let area = shape[2] * shape[3]
    let first = (image * offset.shape[1] + 2 * tap) * area + y * shape[3]
    let top =
      y * convolution.stride.vertical - convolution.padding.vertical + tapRow * convolution.dilation.vertical
    return ProjectedRow(
      row: row,
      pixels: (0..<shape[3]).map { x in
        let left =
          x * convolution.stride.horizontal - convolution.padding.horizontal
          + tapColumn * convolution.dilation.horizontal
        return map.sample(
          Double(top) + Double(offset.values[first + x]),
          Double(left) + Double(offset.values[first + area + x]))
      })
  }
}

extension ProjectedPixel {
  fileprivate mutating func add(_ other: ProjectedPixel) {
    value += other.value
    magnitude += other.magnitude
    peak += other.peak
    roundedSumDisplacement += other.roundedSumDisplacement
    splitIntegerDisplacement += other.splitIntegerDisplacement
  }
}

/// The input channels of one picture, added up with one tap's weights.
private struct ProjectedMap {
  private let height: Int
  private let width: Int
  /// Σ_c f_c·x_c, Σ_c r_c·|x_c| and Σ_c p_c·|x_c|, with a border of one zero on each side, as the bilinear surface has it.
  private var values: [ProjectedWeight]
  /// Σ_c r_c·|x_c(y + 1, x) − x_c(y, x)| and Σ_c r_c·|x_c(y, x + 1) − x_c(y, x)|, on the same grid.
  private var slopes: [(down: Double, right: Double)]

  init(_ layer: ProjectedLayer, _ input: Tensor<Float>, image: Int, tap: Int) {
    height = input.shape[2]
    width = input.shape[3]
    let (rows, columns) = (height + 2, width + 2)
    values = [ProjectedWeight](repeating: ProjectedWeight(), count: rows * columns)
    slopes = [(down: Double, right: Double)](repeating: (0, 0), count: rows * columns)
    var plane = [Double](repeating: 0, count: rows * columns)
    let taps = layer.kernel.vertical * layer.kernel.horizontal
    for channel in 0..<layer.channels {
      let weight = layer.filters[channel * taps + tap]
      let first = (image * layer.channels + channel) * height * width
      for y in 0..<height {
        for x in 0..<width {
          plane[(y + 1) * columns + x + 1] = Double(input.values[first + y * width + x])
        }
      }
      add(plane, weight)
    }
  }

  private mutating func add(_ plane: [Double], _ weight: ProjectedWeight) {
    let columns = width + 2
    // The last row and column are zeros, and so is what lies behind them.
    for place in 0..<(plane.count - columns - 1) {
      let value = plane[place]
      values[place].value += weight.value * value
      values[place].reach += weight.reach * abs(value)
      values[place].peak += weight.peak * abs(value)
      slopes[place].down += weight.reach * abs(plane[place + columns] - value)
      slopes[place].right += weight.reach * abs(plane[place + 1] - value)
    }
  }

  /// The sample at a position, its magnitude, and how far it can be displaced: δ_y·L_y + δ_x·L_x as in
  /// ``BilinearPatch``, with the sum of the slopes that the position can reach in place of the greatest of each
  /// channel, which it exceeds.
  func sample(_ y: Double, _ x: Double) -> ProjectedPixel {
    var pixel = ProjectedPixel()
    if let patch = patch(y, x, .roundedSum) {
      for down in 0...1 {
        let weightY = down == 0 ? 1 - patch.y.fraction : patch.y.fraction
        for right in 0...1 {
          guard let place = place(patch.y.cell + down, patch.x.cell + right) else { continue }
          let weight = weightY * (right == 0 ? 1 - patch.x.fraction : patch.x.fraction)
          pixel.value += weight * values[place].value
          pixel.magnitude += weight * values[place].reach
          pixel.peak += weight * values[place].peak
        }
      }
      pixel.roundedSumDisplacement = displacement(patch)
    }
    if let patch = patch(y, x, .splitInteger) { pixel.splitIntegerDisplacement = displacement(patch) }
    return pixel
  }

  private func patch(_ y: Double, _ x: Double, _ coordinates: ErrorModel.Coordinates) -> BilinearPatch? {
    BilinearPatch(
      vertical: BilinearAxis(y, size: height, coordinates),
      horizontal: BilinearAxis(x, size: width, coordinates))
  }

  /// The place of a lattice point in the grid; nil where all is 0.
  private func place(_ row: Int, _ column: Int) -> Int? {
    guard row >= -1, row <= height, column >= -1, column <= width else { return nil }
    return (row + 1) * (width + 2) + column + 1
  }

  private func displacement(_ patch: BilinearPatch) -> Double {
    var (down, right) = (0.0, 0.0)
    for row in patch.y.cells {
      for column in patch.x.cells.lowerBound...(patch.x.cells.upperBound + 1) {
        down += place(row, column).map { slopes[$0].down } ?? 0
      }
    }
    for row in patch.y.cells.lowerBound...(patch.y.cells.upperBound + 1) {
      for column in patch.x.cells { right += place(row, column).map { slopes[$0].right } ?? 0 }
    }
    return patch.y.uncertainty * down + patch.x.uncertainty * right
  }
}
