import Accuracy
import Backends
import Catalogue
import Microkernels
import ReferenceBackend
import Tensors
import Testing

@Suite("Every block kernel of every instruction set") struct BlockTests {
  /// The strides of a transposition: of rows without and with a gap, and one of whole cache lines, which are then written past
  /// the caches where they are.
  enum Strides: CaseIterable {
    case dense, gaps, lines

    func source(_ columns: Int) -> Int { self == .dense ? columns : columns + 3 }
    func target(_ rows: Int) -> Int {
      switch self {
      case .dense: rows
      case .gaps: rows + 3
      case .lines: (rows + 15) / 16 * 16
      }
    }
  }

  /// Against the fence behind it, a target begins with any part of a cache line.
  @Test("transposes what lies within its strides alone", arguments: Fence.allCases, Strides.allCases)
  func transpose(fence: Fence, strides: Strides) {
    for kernels in Kernels.all {
      for rows in kernels.edges {
        for columns in kernels.edges where rows > 0 && columns > 0 {
          let (sourceStride, targetStride) = (strides.source(columns), strides.target(rows))
          let source = Fenced(numbers((rows - 1) * sourceStride + columns, stream: 1), fence: fence)
          let target = Fenced<Float>(count: (columns - 1) * targetStride + rows, fence: fence)
          kernels.table.transpose(
            .init(source.start), sourceStride, target.start, targetStride, rows, columns, strides != .gaps)
          let untouched = Float(bitPattern: Fence.mark)
          let expected = (0..<target.count).map { place in
            let (column, row) = place.quotientAndRemainder(dividingBy: targetStride)
            return row < rows ? source.start[row * sourceStride + column] : untouched
          }
          #expect(bits(target.values) == bits(expected), "\(kernels.set) \(rows)×\(columns)")
          #expect(target.isSlackUntouched)
        }
      }
    }
  }

  /// The last row of the last channel ends with its map on both sides; what lies between two rows is not touched. Without a gap
  /// rows are written past the caches.
  @Test("finishes rows of planes", arguments: Fence.allCases, [0, 3])
  func rows(fence: Fence, gap: Int) {
    for kernels in Kernels.all {
      for width in kernels.edges where width > 0 {
        let (channels, rows, xStride, yStride) = (2, 3, width + gap, width + 2 * gap)
        let x = Fenced(numbers((channels * rows - 1) * xStride + width, stream: 1), fence: fence)
        let outputs = (0..<2).map { _ in
          Fenced<Float>(count: (channels * rows - 1) * yStride + width, fence: fence)
        }
        let (scale, shift) = (
          Fenced(numbers(channels, stream: 2), fence: fence),
          Fenced(numbers(channels, stream: 3), fence: fence)
        )
        for (output, relu) in zip(outputs, [false, true]) {
          kernels.table.finishPlanes(
            PlaneFinish(
              sums: .init(x.start), sumStride: rows * xStride, sumRowStride: xStride, target: output.start,
              targetStride: rows * yStride, targetRowStride: yStride, channels: channels, rows: rows,
              width: width, scale: .init(scale.start), shift: .init(shift.start), relu: relu,
              streams: gap == 0))
        }
        for place in 0..<outputs[0].count {
          let (row, column) = place.quotientAndRemainder(dividingBy: yStride)
          guard column < width else {
            #expect(outputs.allSatisfy { $0.start[place].bitPattern == Fence.mark })
            continue
          }
          let value = x.start[row * xStride + column]
          // The product and the sum round.
          let product = Double(value) * Double(scale.start[row / rows])
          let truth = product + Double(shift.start[row / rows])
          let bound = LoopCase.gamma(2) * (abs(product) + abs(Double(shift.start[row / rows])))
          #expect(abs(Double(outputs[0].start[place]) - truth) <= bound, "\(kernels.set) \(width)")
          #expect(outputs[1].start[place] == max(outputs[0].start[place], 0), "\(kernels.set) \(width)")
        }
        #expect(outputs.allSatisfy(\.isSlackUntouched) && x.isSlackUntouched)
      }
    }
  }

  /// Two blocks of rows of pixels; what lies between two rows is not touched.
  @Test("finishes sums into channel blocks", arguments: Fence.allCases, [0, 3])
  func blocks(fence: Fence, gap: Int) {
    for kernels in Kernels.all {
      for width in kernels.edges where width > 0 {
        let (channels, rows, xStride) = (32, 3, width + gap)
        let yStride = 16 * (width + gap)
        let x = Fenced(numbers((channels * rows - 1) * xStride + width, stream: 1), fence: fence)
        let (scale, shift) = (
          Fenced(numbers(channels, stream: 2), fence: fence),
          Fenced(numbers(channels, stream: 3), fence: fence)
        )
        for relu in [false, true] {
          let output = Fenced<Float>(count: (2 * rows - 1) * yStride + 16 * width, fence: fence)
          kernels.table.finishBlocks(
            PlaneFinish(
              sums: .init(x.start), sumStride: rows * xStride, sumRowStride: xStride, target: output.start,
              targetStride: rows * yStride, targetRowStride: yStride, channels: channels, rows: rows,
              width: width, scale: .init(scale.start), shift: .init(shift.start), relu: relu,
              streams: false))
          for place in 0..<output.count {
            let (line, element) = place.quotientAndRemainder(dividingBy: yStride)
            let (block, row) = line.quotientAndRemainder(dividingBy: rows)
            let (pixel, lane) = element.quotientAndRemainder(dividingBy: 16)
            guard pixel < width else {
              #expect(output.start[place].bitPattern == Fence.mark, "\(kernels.set) \(width) at \(place)")
              continue
            }
            let channel = 16 * block + lane
            let sum = x.start[(channel * rows + row) * xStride + pixel]
            let (factor, summand) = (Double(scale.start[channel]), Double(shift.start[channel]))
            let value = Double(sum) * factor + summand
            // The product and the sum round.
            let bound = LoopCase.gamma(2) * (abs(Double(sum) * factor) + abs(summand))
            let truth = relu ? max(value, 0) : value
            #expect(abs(Double(output.start[place]) - truth) <= bound, "\(kernels.set) \(width) at \(place)")
          }
          #expect(output.isSlackUntouched)
        }
        #expect(x.isSlackUntouched)
      }
    }
  }

  /// Two planes of three rows; the last target row ends with its map.
  @Test("copies planes with zeros around them", arguments: Fence.allCases, [0, 1, 2])
  func planes(fence: Fence, side: Int) {
    for kernels in Kernels.all {
      for width in kernels.edges where width > 0 {
        let (planes, rows, gap) = (2, 3, 5)
        let (above, below, rowStride) = (side, 2 * side, width + 2 * side)
        let count = (above + rows + below) * rowStride
        let source = Fenced(
          numbers((planes - 1) * (rows * width + 1) + rows * width, stream: 1), fence: fence)
        let target = Fenced<Float>(count: (planes - 1) * (count + gap) + count, fence: fence)
        kernels.table.copyPlanes(
          PlaneCopy(
            source: .init(source.start), sourceStride: rows * width + 1, target: target.start,
            targetStride: count + gap, planes: planes, above: above, rows: rows, behind: below * rowStride,
            width: width, side: side))
        for place in 0..<target.count {
          let (plane, element) = place.quotientAndRemainder(dividingBy: count + gap)
          let (row, column) = element.quotientAndRemainder(dividingBy: rowStride)
          let isStored = (above..<(above + rows)).contains(row) && (side..<(side + width)).contains(column)
          let stored = plane * (rows * width + 1) + (row - above) * width + column - side
          let expected =
            element >= count ? Fence.mark : isStored ? source.start[stored].bitPattern : Float(0).bitPattern
          #expect(target.start[place].bitPattern == expected, "\(kernels.set) \(width) at \(place)")
        }
        #expect(target.isSlackUntouched && source.isSlackUntouched)
      }
    }
  }

  /// Every tile kernel over every depth of a block; the pixels' windows end with the map.
  @Test("multiplies a tile within γ of its chain", arguments: Fence.allCases, [1, 2, 5])
  func multiply(fence: Fence, taps: Int) {
    for kernels in Kernels.all {
      #expect(!kernels.table.gemms.isEmpty)
      for kernel in kernels.table.gemms {
        #expect(kernel.name.hasPrefix("sgemm_\(kernel.rows)x\(kernel.columns)_"))
        for depth in 1...17 {
          for accumulate in [false, true] {
            let product = TileProduct(kernel, taps: taps, depth: depth, accumulate: accumulate)
            #expect(product.worstRatio(fence) <= 1, "\(kernel.name) depth \(depth) accumulate \(accumulate)")
          }
        }
      }
    }
  }

  @Test("finishes a tile in place", arguments: Fence.allCases, [false, true])
  func finishTile(fence: Fence, relu: Bool) {
    for kernels in Kernels.all {
      for rows in 0...9 {
        for columns in [kernels.table.lanes, 2 * kernels.table.lanes] {
          let sums = numbers(rows * columns, stream: 1)
          let tile = Fenced(sums, fence: fence)
          let (scale, shift) = (numbers(columns, stream: 2), numbers(columns, stream: 3))
          let (scales, shifts) = (Fenced(scale, fence: fence), Fenced(shift, fence: fence))
          kernels.table.finishTile(tile.start, rows, columns, .init(scales.start), .init(shifts.start), relu)
          for (place, result) in tile.values.enumerated() {
            let product = Double(sums[place]) * Double(scale[place % columns])
            let truth = product + Double(shift[place % columns])
            // The product and the sum round.
            let bound = LoopCase.gamma(2) * (abs(product) + abs(Double(shift[place % columns])))
            #expect(abs(Double(result) - (relu ? max(truth, 0) : truth)) <= bound, "\(kernels.set) \(place)")
          }
          #expect(tile.isSlackUntouched && scales.isSlackUntouched && shifts.isSlackUntouched)
        }
      }
    }
  }

  /// Sums and the numbers per column go on to the next whole vector, the target and the other factor do not.
  @Test("stores a finished tile, multiplied or not", arguments: Fence.allCases, [false, true])
  func storeTile(fence: Fence, relu: Bool) {
    for kernels in Kernels.all {
      for columns in 1...(2 * kernels.table.lanes) {
        let width = (columns + kernels.table.lanes - 1) / kernels.table.lanes * kernels.table.lanes
        let (rows, gap) = (3, 2)
        let sums = Fenced(numbers(rows * width, stream: 1), fence: fence)
        let perColumn = (2...5).map { Fenced(numbers(width, stream: $0), fence: fence) }
        let count = (rows - 1) * (columns + gap) + columns
        let (plain, product) = (
          Fenced<Float>(count: count, fence: fence), Fenced<Float>(count: count, fence: fence)
        )
        let other = Fenced(numbers(count, stream: 6), fence: fence)
        func tile(_ target: Fenced<Float>) -> TileFinish {
          TileFinish(
            sums: .init(sums.start), sumsStride: width, target: target.start, targetStride: columns + gap,
            rows: rows, columns: columns, scale: .init(perColumn[0].start), shift: .init(perColumn[1].start),
            relu: relu)
        }
        kernels.table.storeTile(tile(plain))
        kernels.table.storeProduct(
          tile(product),
          TileFactor(
            values: .init(other.start), stride: columns + gap, scale: .init(perColumn[2].start),
            shift: .init(perColumn[3].start), normRelu: false, relu: relu))
        for place in 0..<count {
          let (row, column) = place.quotientAndRemainder(dividingBy: columns + gap)
          guard column < columns else {
            #expect(
              plain.start[place].bitPattern == Fence.mark && product.start[place].bitPattern == Fence.mark)
            continue
          }
          let numbers = perColumn.map { Double($0.start[column]) }
          func clipped(_ value: Double) -> Double { relu ? max(value, 0) : value }
          let value = Double(sums.start[row * width + column]) * numbers[0] + numbers[1]
          let factor = Double(other.start[place]) * numbers[2] + numbers[3]
          // Values are below 2·2 + 2; a product and a sum round on either side, and so does the last product.
          let bound = LoopCase.gamma(5) * 36
          #expect(abs(Double(plain.start[place]) - clipped(value)) <= bound, "\(kernels.set) \(columns)")
          #expect(
            abs(Double(product.start[place]) - clipped(clipped(value) * factor)) <= bound,
            "\(kernels.set) \(columns)")
        }
        #expect(plain.isSlackUntouched && product.isSlackUntouched)
      }
    }
  }

  /// The last window ends the map.
  @Test(
    "finds the maxima of windows over pixels", arguments: Fence.allCases, [(1, 1), (2, 2), (3, 3), (2, 3)])
  func windowMax(fence: Fence, window: (rows: Int, columns: Int)) {
    for kernels in Kernels.all {
      for depth in 1...(2 * kernels.table.lanes + 1) {
        for step in 1...3 {
          let count = 4
          let width = (count - 1) * step + window.columns
          let map = Fenced(numbers(window.rows * width * depth, stream: 1), fence: fence)
          let output = Fenced<Float>(count: count * depth, fence: fence)
          kernels.table.windowMax(
            .init(map.start), width * depth, output.start, count, depth, window.rows, window.columns, step)
          for (place, result) in output.values.enumerated() {
            let (pixel, lane) = place.quotientAndRemainder(dividingBy: depth)
            let values = (0..<window.rows).flatMap { row in
              (0..<window.columns).map { map.start[(row * width + pixel * step + $0) * depth + lane] }
            }
            #expect(result == values.max(), "\(kernels.set) \(depth) step \(step)")
          }
          #expect(output.isSlackUntouched)
        }
      }
    }
  }

  @Test("modulates pixels", arguments: Fence.allCases)
  func modulatePixels(fence: Fence) {
    for kernels in Kernels.all {
      for depth in 1...(2 * kernels.table.lanes + 1) {
        let map = Fenced(numbers(3 * depth, stream: 1), fence: fence)
        let factors = Fenced(numbers(3, stream: 2), fence: fence)
        let output = Fenced<Float>(count: 3 * depth, fence: fence)
        kernels.table.modulatePixels(.init(map.start), .init(factors.start), output.start, 3, depth)
        for (place, result) in output.values.enumerated() {
          let (x, o) = (Double(map.start[place]), Double(factors.start[place / depth]))
          // The product and the sum round.
          let bound = LoopCase.gamma(2) * (abs(x * o) + abs(x))
          #expect(abs(Double(result) - (x * o + x)) <= bound, "\(kernels.set) \(depth)")
        }
        #expect(output.isSlackUntouched)
      }
    }
  }

  /// The corners are the first and the last pixel of each block, so a step too far is past a fence. Five rows are two
  /// groups and a part of one.
  @Test("gathers four corners of every channel block", arguments: Fence.allCases, [1, 3])
  func gather(fence: Fence, blocks: Int) {
    let samples = (1...5).map { (sample: Int) in
      BilinearSample(
        offsets: (0, 1, 2, 3), weights: (0.1 * Float(sample), 0.2, 0.3 / Float(sample), 0.4))
    }
    for kernels in Kernels.all {
      for depth in 1...PackedStrip.depth {
        let (blockStride, targetBlockStride) = (4 * depth, 2 * PackedStrip.depth)
        let groupStride = blocks * targetBlockStride + 1
        let map = Fenced(numbers(blocks * blockStride, stream: 1), fence: fence)
        let target = Fenced<Float>(
          count: 2 * groupStride + (blocks - 1) * targetBlockStride + depth, fence: fence)
        let scaled = samples.map { sample in
          BilinearSample(offsets: (0, depth, 2 * depth, 3 * depth), weights: sample.weights)
        }
        scaled.withUnsafeBufferPointer { samples in
          guard let start = samples.baseAddress else { return }
          kernels.table.gather(
            BilinearGather(
              map: .init(map.start), samples: start, count: samples.count, target: target.start, rows: 2,
              groupStride: groupStride, blocks: blocks, depth: depth, blockStride: blockStride,
              targetBlockStride: targetBlockStride))
        }
        var written = Set<Int>()
        for (row, sample) in scaled.enumerated() {
          let weights = [sample.weights.0, sample.weights.1, sample.weights.2, sample.weights.3]
          for block in 0..<blocks {
            for lane in 0..<depth {
              let place =
                row / 2 * groupStride + block * targetBlockStride + row % 2 * PackedStrip.depth + lane
              written.insert(place)
              let terms = weights.enumerated().map { corner, weight in
                Double(weight) * Double(map.start[block * blockStride + corner * depth + lane])
              }
              // The first term passes its product and three sums.
              let bound = LoopCase.gamma(4) * terms.reduce(0) { $0 + abs($1) }
              #expect(
                abs(Double(target.start[place]) - terms.reduce(0, +)) <= bound,
                "\(kernels.set) \(depth) at \(place)")
            }
          }
        }
        #expect(
          (0..<target.count).allSatisfy { written.contains($0) || target.start[$0].bitPattern == Fence.mark })
        #expect(target.isSlackUntouched)
      }
    }
  }

  @Test("decodes boxes within their bound", arguments: Fence.allCases)
  func decode(fence: Fence) throws {
    for kernels in Kernels.all {
      for count in kernels.lengths where count > 0 {
        let values = [1, 2, 3].map { numbers(4 * count, stream: $0) }
        let buffers = values.map { Fenced($0, fence: fence) }
        let corners = Fenced<Float>(count: 4 * count, fence: fence)
        kernels.table.decode(
          .init(buffers[0].start), .init(buffers[1].start), .init(buffers[2].start), corners.start, count,
          0.1,
          0.2)
        let verdict = try decodeVerdict(values, count: count, output: corners.values)
        #expect(verdict.status.isGood, "\(kernels.set), \(count) boxes: \(verdict.message)")
        #expect(corners.isSlackUntouched)
      }
    }
  }

  private func decodeVerdict(_ values: [[Float]], count: Int, output: [Float]) throws -> Verdict {
    let shapes = [try Shape([1, count, 4]), try Shape([1, count, 4]), try Shape([count, 4])]
    let layer = try Layer(
      name: "decode", operation: .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2), inputShapes: shapes)
    let inputs = zip(shapes, values).map { Tensor($0, values: $1) }
    let truth = Truth(
      shape: layer.outputShape,
      values: Reference.evaluate(
        layer, inputs: inputs.map { $0.map(Double.init) }, parameters: Parameters<Double>()
      ).values)
    // What DecodePlan declares.
    let bounds = ErrorBounds.evaluate(
      layer: layer, model: ErrorModel(height: 11, exponentialError: 3), inputs: inputs,
      parameters: Parameters(), truth: truth)
    return Comparison.judge(
      layer: layer, output: Tensor(layer.outputShape, values: output), truth: truth, bounds: bounds,
      exact: false)
  }
}
