import Backends
import Microkernels
import TiledBackend

/// One tile on its way through both transforms of a scheme, every buffer behind a fence, held against the matrices.
struct WinogradTile: Sendable {
  let transform: WinogradTransform
  let blocks: Int
  /// Pixels between the tile's neighbours, as with a dilation.
  let step: Int

  private var size: Int { transform.size }
  private var depth: Int { PackedStrip.depth }

  func kernels(_ table: KernelTable) -> WinogradKernels {
    table.winograd(transform)
  }

  private var points: WinogradPoints {
    let pairs = transform.points.filter { $0 > 0 }.map(Float.init)
    return WinogradPoints(a: pairs[0], b: pairs[pairs.count - 1])
  }

  // MARK: Bᵀ·d·B

  /// The largest |error| of the transformed patch divided by its bound, γ of twice one dimension's roundings;
  /// infinite where anything else was written.
  func worstInputRatio(_ table: KernelTable, _ fence: Fence) -> Double {
    let (columnStride, targetBlockStride) = (step * depth, depth + 7 * depth)
    let rowStride = size * columnStride + depth
    let blockStride = size * rowStride
    let matrixStride = blocks * targetBlockStride + depth
    let last = size - 1
    let map = numbers(
      (blocks - 1) * blockStride + last * (rowStride + columnStride) + depth, stream: 1)
    let source = Fenced(map, fence: fence)
    let target = Fenced<Float>(
      count: (size * size - 1) * matrixStride + (blocks - 1) * targetBlockStride + depth, fence: fence)
    kernels(table).transform(
      WinogradPatch(
        source: .init(source.start), rowStride: rowStride, columnStride: columnStride,
        blockStride: blockStride, blocks: blocks, target: target.start, matrixStride: matrixStride,
        targetBlockStride: targetBlockStride, points: points))
    guard target.isSlackUntouched, source.isSlackUntouched else { return .infinity }
    let gamma = LoopCase.gamma(2 * transform.inputRoundings(fuses: table.fuses))
    var expected: [Int: (value: Double, bound: Double)] = [:]
    for block in 0..<blocks {
      for lane in 0..<depth {
        let patch = grid(size) { row, column in
          Double(map[block * blockStride + row * rowStride + column * columnStride + lane])
        }
        let (values, magnitudes) = sandwiched(patch, by: transform.inputMatrix)
        for point in 0..<(size * size) {
          expected[point * matrixStride + block * targetBlockStride + lane] = (
            values[point / size][point % size], gamma * magnitudes[point / size][point % size]
          )
        }
      }
    }
    return worstRatio(target, expected)
  }

  // MARK: Aᵀ·s·A

  /// The same of the finished outputs: γ of twice one dimension's roundings and the two of scale and shift.
  func worstOutputRatio(_ table: KernelTable, _ fence: Fence, relu: Bool) -> Double {
    let (outputs, channels) = (transform.outputs, blocks * depth)
    let matrixStride = channels + 3 * depth
    let columnStride = step * depth
    let rowStride = outputs * columnStride + depth
    let blockStride = outputs * rowStride
    let sums = numbers((size * size - 1) * matrixStride + channels, stream: 1)
    let (scale, shift) = (numbers(channels, stream: 2), numbers(channels, stream: 3))
    let source = Fenced(sums, fence: fence)
    let (scales, shifts) = (Fenced(scale, fence: fence), Fenced(shift, fence: fence))
    let target = Fenced<Float>(
      count: (blocks - 1) * blockStride + (outputs - 1) * (rowStride + columnStride) + depth, fence: fence)
    kernels(table).finish(
      WinogradResult(
        source: .init(source.start), matrixStride: matrixStride, blocks: blocks, target: target.start,
        rowStride: rowStride, columnStride: columnStride, blockStride: blockStride,
        scale: .init(scales.start), shift: .init(shifts.start), relu: relu, points: points))
    guard target.isSlackUntouched, source.isSlackUntouched, scales.isSlackUntouched, shifts.isSlackUntouched
    else { return .infinity }
    let gamma = LoopCase.gamma(2 * transform.sumRoundings(fuses: table.fuses) + 2)
    var expected: [Int: (value: Double, bound: Double)] = [:]
    for channel in 0..<channels {
      let tile = grid(size) { Double(sums[($0 * size + $1) * matrixStride + channel]) }
      let (values, magnitudes) = sandwiched(tile, by: transform.sumMatrix)
      let (factor, summand) = (Double(scale[channel]), Double(shift[channel]))
      for row in 0..<outputs {
        for column in 0..<outputs {
          let value = values[row][column] * factor + summand
          let magnitude = magnitudes[row][column] * abs(factor) + abs(summand)
          let place =
            channel / depth * blockStride + row * rowStride + column * columnStride + channel % depth
          expected[place] = (relu ? max(value, 0) : value, gamma * magnitude)
        }
      }
    }
    return worstRatio(target, expected)
  }

  /// Whether the pooled outputs have the bits of the maxima of the unpooled ones, and nothing else is written.
  func poolsExactly(_ table: KernelTable, _ fence: Fence) -> Bool {
    let (outputs, channels) = (transform.outputs, blocks * depth)
    let matrixStride = channels + depth
    let source = Fenced(numbers((size * size - 1) * matrixStride + channels, stream: 1), fence: fence)
    let scales = Fenced(numbers(channels, stream: 2), fence: fence)
    let shifts = Fenced(numbers(channels, stream: 3), fence: fence)
    func finished(
      _ kernel: (borrowing WinogradResult) -> Void, side: Int
    ) -> (values: [Float], isClean: Bool) {
      let target = Fenced<Float>(count: blocks * side * side * depth, fence: fence)
      kernel(
        WinogradResult(
          source: .init(source.start), matrixStride: matrixStride, blocks: blocks, target: target.start,
          rowStride: side * depth, columnStride: depth, blockStride: side * side * depth,
          scale: .init(scales.start), shift: .init(shifts.start), relu: true, points: points))
      return (target.values, target.isSlackUntouched)
    }
    let all = finished(kernels(table).finish, side: outputs)
    let pooled = finished(kernels(table).finishPooled, side: outputs / 2)
    let half = outputs / 2
    let maxima = (0..<(blocks * half * half * depth)).map { place in
      let (lane, column, row) = (place % depth, place / depth % half, place / depth / half % half)
      let first = (place / depth / half / half * outputs + 2 * row) * outputs + 2 * column
      let window = [0, 1, outputs, outputs + 1].map { all.values[(first + $0) * depth + lane] }
      return window.max()
    }
    return all.isClean && pooled.isClean && pooled.values.elementsEqual(maxima) { $0 == $1 }
  }

  // MARK: Comparison

  /// Elements without an expected value must still hold the fence's mark.
  private func worstRatio(
    _ memory: Fenced<Float>, _ expected: [Int: (value: Double, bound: Double)]
  ) -> Double {
    memory.values.enumerated().map { place, result in
      guard let (value, bound) = expected[place] else {
        return result.bitPattern == Fence.mark ? 0 : .infinity
      }
      let error = abs(Double(result) - value)
      return error.isNaN ? .infinity : error / bound
    }.max() ?? .infinity
  }

  private func grid(_ size: Int, _ element: (Int, Int) -> Double) -> [[Double]] {
    (0..<size).map { row in (0..<size).map { element(row, $0) } }
  }

  /// matrix·values·matrixᵀ, and the same of absolute values.
  private func sandwiched(
    _ values: [[Double]], by matrix: [[Double]]
  ) -> (values: [[Double]], magnitudes: [[Double]]) {
    func product(_ matrix: [[Double]], _ values: [[Double]]) -> [[Double]] {
      matrix.map { row in
        matrix.map { column in
          var sum = 0.0
          for (i, left) in row.enumerated() {
            for (j, right) in column.enumerated() { sum += left * values[i][j] * right }
          }
          return sum
        }
      }
    }
    return (
      product(matrix, values),
      product(matrix.map { $0.map { abs($0) } }, values.map { $0.map { abs($0) } })
    )
  }
}
