import Tensors

/// The magnitudes of every element, as matrix products: at each of the points, tiles × channels times
/// channels × outputs, four tiles by four outputs in registers.
extension WinogradMagnitudes {
  /// Bytes of transformed patches at a time, at the most.
  private static var batchBytes: Int { 64 << 20 }
  /// Tiles at a time, at the most: so many that filters are seldom transformed anew, so few that a panel's products
  /// stay near.
  private static var batchTiles: Int { 512 }
  /// Output channels whose filters are transformed at a time.
  private static var panelWidth: Int { 32 }

  func all() -> [Double] {
    let tiles = allTiles()
    let batch = min(max(Self.batchBytes / (channels * points * 8), 4), Self.batchTiles)
    let panels = stride(from: 0, to: output[1], by: Self.panelWidth).map {
      $0..<min($0 + Self.panelWidth, output[1])
    }
    var magnitudes = [Double](repeating: 0, count: output.count)
    for first in stride(from: 0, to: tiles.count, by: batch) {
      let some = Array(tiles[first..<min(first + batch, tiles.count)])
      let patches = transformedPatches(of: some)
      let parts = Parallel.map(panels.count) { panel(panels[$0], patches, count: some.count) }
      for (outputs, values) in zip(panels, parts) { write(values, outputs, some, to: &magnitudes) }
    }
    return magnitudes
  }

  /// Patches at their points, [groups of four tiles][points][channels].
  private func transformedPatches(of tiles: [Tile]) -> [SIMD4<Double>] {
    let perGroup = points * channels
    return Array(count: (tiles.count + 3) / 4 * perGroup, chunk: perGroup) { range, storage in
      storage.initialize(repeating: .zero)
      let first = range.lowerBound / perGroup * 4
      for lane in 0..<min(4, tiles.count - first) {
        for channel in 0..<channels {
          let grid = patch(tiles[first + lane], channel)
          forEachPoint { point, row, column in
            storage[point * channels + channel][lane] = grid[row][column]
          }
        }
      }
    }
  }

  /// Filters at their points, [points][groups of four outputs][channels].
  private func transformedFilters(of outputs: Range<Int>) -> [SIMD4<Double>] {
    let groups = (outputs.count + 3) / 4
    var filters = [SIMD4<Double>](repeating: .zero, count: points * groups * channels)
    for (place, output) in outputs.enumerated() {
      for channel in 0..<channels {
        let grid = filter(output, channel)
        forEachPoint { point, row, column in
          filters[(point * groups + place / 4) * channels + channel][place % 4] = grid[row][column]
        }
      }
    }
    return filters
  }

  private func forEachPoint(_ body: (_ point: Int, _ row: Int, _ column: Int) -> Void) {
    for row in 0..<size {
      for column in 0..<size { body(row * size + column, row, column) }
    }
  }

  /// The magnitudes of a panel's outputs, [outputs][tiles][m·m].
  private func panel(_ outputs: Range<Int>, _ patches: [SIMD4<Double>], count: Int) -> [Double] {
    let groups = (outputs.count + 3) / 4
    let products = channelSums(transformedFilters(of: outputs), groups: groups, patches)
    let area = transform.outputs * transform.outputs
    var magnitudes = [Double](repeating: 0, count: outputs.count * count * area)
    for (place, output) in outputs.enumerated() {
      for tile in 0..<count {
        let first = ((tile / 4 * groups + place / 4) * 4 + tile % 4) * points
        var grid = Sandwich.zeros
        forEachPoint { point, row, column in grid[row][column] = products[first + point][place % 4] }
        let values = sums(grid)
        let target = (place * count + tile) * area
        for row in 0..<transform.outputs {
          for column in 0..<transform.outputs {
            magnitudes[target + row * transform.outputs + column] = epilogue.magnitude(
              values[row][column], output)
          }
        }
      }
    }
    return magnitudes
  }

  /// Sums over the channels, [groups of tiles][groups of outputs][4 tiles][points], the four outputs side by side.
  private func channelSums(
    _ filters: [SIMD4<Double>], groups: Int, _ patches: [SIMD4<Double>]
  ) -> [SIMD4<Double>] {
    let tileGroups = patches.count / (points * channels)
    var products = [SIMD4<Double>](repeating: .zero, count: tileGroups * groups * 4 * points)
    for point in 0..<points {
      for tileGroup in 0..<tileGroups {
        for group in 0..<groups {
          let (patch, filter) = (
            (tileGroup * points + point) * channels, (point * groups + group) * channels
          )
          var (first, second, third, fourth) = (
            SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero
          )
          for channel in 0..<channels {
            let (v, u) = (patches[patch + channel], filters[filter + channel])
            first += u * v[0]
            second += u * v[1]
            third += u * v[2]
            fourth += u * v[3]
          }
          let target = (tileGroup * groups + group) * 4 * points + point
          products[target] = first
          products[target + points] = second
          products[target + 2 * points] = third
          products[target + 3 * points] = fourth
        }
      }
    }
    return products
  }

  private func write(
    _ values: [Double], _ outputs: Range<Int>, _ tiles: [Tile], to magnitudes: inout [Double]
  ) {
    for (place, channel) in outputs.enumerated() {
      for (index, tile) in tiles.enumerated() {
        let source = (place * tiles.count + index) * transform.outputs * transform.outputs
        let plane = (tile.image * output[1] + channel) * output[2] * output[3]
        forEachPixel(of: tile) { row, column, y, x in
          magnitudes[plane + y * output[3] + x] = values[source + row * transform.outputs + column]
        }
      }
    }
  }
}
