import Foundation
import Microkernels
import Testing

/// One loop of the kernel table: what it reads for a result of `count` elements, and what the result is to be.
struct LoopCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// How many elements each input has.
  var inputCounts: @Sendable (_ count: Int) -> [Int]
  let run: @Sendable (KernelTable, [KernelTable.In], KernelTable.Out, _ count: Int) -> Void
  /// The truth of one element and how far float32 may be from it, from the inputs in float64.
  let truth: @Sendable (_ inputs: [[Double]], _ place: Int) -> (value: Double, bound: Double)

  /// γ_n = n·u/(1 − n·u), u = 2⁻²⁴ (Higham, *Accuracy and Stability*, 2nd ed., §3.1).
  static func gamma(_ roundings: Int) -> Double {
    Double(roundings) * 0x1p-24 / (1 - Double(roundings) * 0x1p-24)
  }

  static let all = exact + rounded + chained + narrowSoftmaxes + slidingMaxima

  private static func unary(
    _ name: String, _ kernel: @escaping @Sendable (KernelTable) -> KernelTable.Unary,
    _ truth: @escaping @Sendable (Double) -> (Double, Double)
  ) -> LoopCase {
    LoopCase(
      testDescription: name, inputCounts: { [$0] }, run: { kernel($0)($1[0], $2, $3) },
      truth: { truth($0[0][$1]) })
  }

  private static func binary(
    _ name: String, _ kernel: @escaping @Sendable (KernelTable) -> KernelTable.Binary,
    _ truth: @escaping @Sendable (Double, Double) -> (Double, Double)
  ) -> [LoopCase] {
    [false, true].map { streams in
      LoopCase(
        testDescription: streams ? "\(name), past the caches" : name, inputCounts: { [$0, $0] },
        run: { kernel($0)($1[0], $1[1], $2, $3, streams) }, truth: { truth($0[0][$1], $0[1][$1]) })
    }
  }

  private static let exact =
    [
      unary("copy", { $0.copy }) { ($0, 0) },
      unary("relu", { $0.relu }) { (max($0, 0), 0) },
    ] + binary("greater", { $0.greater }) { (max($0, $1), 0) }

  /// γ of the roundings that a term passes, times the terms. The exponential is 3 of them (VectorMath), the sum and
  /// the quotient of the sigmoid 2 more. 1 − t is one of an interpolation's 3, a norm's weight one of a quotient's 2.
  private static let rounded =
    [
      binary("multiply", { $0.multiply }) { ($0 * $1, gamma(1) * abs($0 * $1)) },
      binary("multiplyRelu", { $0.multiplyRelu }) { (max($0 * $1, 0), gamma(1) * abs($0 * $1)) },
      binary("add", { $0.add }) { ($0 + $1, gamma(1) * abs($0 + $1)) },
      binary("addRelu", { $0.addRelu }) { (max($0 + $1, 0), gamma(1) * abs($0 + $1)) },
      binary("modulate", { $0.modulate }) { ($0 * $1 + $0, gamma(2) * (abs($0 * $1) + abs($0))) },
    ].flatMap { $0 } + affine + single

  private static let affine = [false, true].flatMap { relu in
    [false, true].map { streams in
      LoopCase(
        testDescription: "affine\(relu ? " with ReLU" : "")\(streams ? ", past the caches" : "")",
        inputCounts: { [$0] }, run: { $0.affine($1[0], $2, $3, 1.25, -0.5, relu, streams) },
        truth: {
          let value = $0[0][$1] * 1.25 - 0.5
          return (relu ? max(value, 0) : value, gamma(2) * (abs($0[0][$1] * 1.25) + 0.5))
        })
    }
  }

  private static let single = [
    unary("sigmoid", { $0.sigmoid }) { (1 / (1 + exp(-$0)), gamma(5) / (1 + exp(-$0))) },
    LoopCase(
      testDescription: "divide", inputCounts: { [$0, $0] }, run: { $0.divide($1[0], $1[1], $2, $3, 3) },
      truth: { inputs, place in
        let value = inputs[0][place] / inputs[1][place] * 3
        return (value, gamma(2) * abs(value))
      }),
    LoopCase(
      testDescription: "interpolate", inputCounts: { [$0, $0] },
      run: { $0.interpolate($1[0], $1[1], $2, $3, 0.3) },
      truth: { inputs, place in
        let t = Double(0.3 as Float)
        let (left, right) = (inputs[0][place] * (1 - t), inputs[1][place] * t)
        return (left + right, gamma(3) * (abs(left) + abs(right)))
      }),
  ]

  private static let chained = [
    LoopCase(
      testDescription: "addSquares", inputCounts: { [$0, $0] },
      run: { table, inputs, output, count in
        output.update(from: inputs[1], count: count)
        table.addSquares(inputs[0], output, count)
      },
      truth: { inputs, place in
        let (square, sum) = (inputs[0][place] * inputs[0][place], inputs[1][place])
        return (square + sum, gamma(2) * (square + abs(sum)))
      }),
    LoopCase(
      testDescription: "norms in place", inputCounts: { [$0] },
      run: { table, inputs, output, count in
        table.multiply(inputs[0], inputs[0], output, count, false)
        table.norms(output, output, count, 0.5)
      },
      // The square's rounding is halved by the root, which has one of its own; the sum has another.
      truth: { (abs($0[0][$1]) + 0.5, gamma(3) * (abs($0[0][$1]) + 0.5)) }),
    LoopCase(
      testDescription: "softmax", inputCounts: { [$0] }, run: { $0.softmax($1[0], $2, $3) },
      truth: { inputs, place in
        // Inputs in ±2: the difference to the maximum, 4 at most, is off by 4u, so e^(4u) ≤ 1 + γ_5, and with the
        // exponential's 3 a power is off by γ_8; above and below the line 16. The sum in `lanes` chains and a tree
        // passes fewer roundings than a single chain, the reciprocal and the product one each.
        let powers = inputs[0].map { exp($0) }
        let value = powers[place] / powers.reduce(0, +)
        return (value, gamma(17 + powers.count) * value)
      }),
  ]

  /// As many rows as results; the bound is that of the softmax above.
  private static let narrowSoftmaxes = [1, 2, 3, 4].map { width in
    LoopCase(
      testDescription: "softmaxNarrow of \(width)", inputCounts: { [$0 / width * width] },
      run: { table, inputs, output, count in
        table.softmaxNarrow(inputs[0], output, count / width, width)
        (output + count / width * width).update(repeating: 0, count: count % width)
      },
      truth: { inputs, place in
        guard place < inputs[0].count else { return (0, 0) }
        let row = place / width * width
        let powers = inputs[0][row..<(row + width)].map { exp($0) }
        let value = exp(inputs[0][place]) / powers.reduce(0, +)
        return (value, gamma(17 + width) * value)
      })
  }

  /// Rows overlap, which loops over rows may not mind: each begins a few elements after the one before it.
  private static let slidingMaxima = [1, 2, 3].flatMap { rows in
    [(1, 1), (2, 1), (3, 1), (5, 1), (2, 2), (3, 2), (3, 3), (2, 3)].map { window, step in
      let stride = 5
      return LoopCase(
        testDescription: "poolPlane of \(rows)×\(window), step \(step)",
        inputCounts: { [$0 == 0 ? 0 : (rows - 1) * stride + ($0 - 1) * step + window] },
        run: { table, inputs, output, count in
          table.poolPlane(
            PlanePooling(
              source: inputs[0], sourceStride: stride, target: output, targetStride: count, rows: 1,
              columns: count, windowRows: rows, windowColumns: window, rowStep: 1, columnStep: step))
        },
        truth: { inputs, place in
          let maxima = (0..<rows).map { row -> Double in
            let first = row * stride + place * step
            return inputs[0][first..<(first + window)].max() ?? -.infinity
          }
          return (maxima.max() ?? -.infinity, 0)
        })
    }
  }
}
