import Catalogue
import Foundation
import Tensors

/// Sums of a whole output with random signs: a handful of numbers that a fault anywhere in it disturbs, also where no
/// element is known.
package enum Projections {
  /// What a check found.
  package struct Verdict: Sendable {
    /// passed, marginal (past the probabilistic, within the guaranteed tolerance), failed, or mistrusted where there
    /// is nothing to compare.
    package let status: Status
    /// The largest |difference|, and that divided by the probabilistic tolerance.
    package let maxDifference: Double
    package let maxRatio: Double
    package let message: String
  }

  /// The probability with which a right output may pass the tolerance of one projection.
  package static let failureProbability = 1e-12

  /// The signs' key and first stream.
  private static let key: UInt64 = 0x5EED
  private static let firstStream: UInt64 = 1000

  /// Holds the projections of `output` against the true ones.
  ///
  /// Errors e_i with |e_i| ≤ b_i and independent random signs s_i give |Σ s_i·e_i| ≤ √(2·ln(2/δ)·Σ b_i²) but for
  /// probability δ (Hoeffding, *Probability Inequalities for Sums of Bounded Random Variables*, 1963, theorem 2), and
  /// ≤ Σ b_i always. Both sides are sums in float64 whose roundings are at most γ of the height of the sum, here one
  /// chunk and then the chunks, times Σ|y_i|; truth's is taken to be no higher.
  ///
  /// - Parameters:
  ///   - boundSum: Σ b_i over every element of the output; γ_h·ΣM for a linear layer.
  ///   - boundSquares: Σ b_i²; γ_h²·ΣM² for a linear layer.
  package static func check(
    output: Tensor<Float>, truth: [Double], boundSum: Double, boundSquares: Double
  ) -> Verdict {
    guard !truth.isEmpty else {
      return Verdict(
        status: .mistrusted, maxDifference: 0, maxRatio: 0, message: "There is no projection to compare.")
    }
    let (sums, reach) = evaluate(output.values, count: truth.count)
    let height = chunk / Philox.octetLength + output.values.count / chunk + Philox.octetLength
    let rounding = 2 * RoundingFactor.float64(height) * reach
    let likely = (2 * log(2 / failureProbability) * boundSquares).squareRoot()
    let guaranteed = max(boundSum, 0) + rounding
    let tolerance = min(likely + rounding, guaranteed)
    let differences = zip(sums, truth).map { abs($0 - $1) }
    let worst = differences.allSatisfy(\.isFinite) ? differences.max() ?? 0 : Double.infinity
    let status: Status =
      !worst.isFinite ? .failed : worst <= tolerance ? .passed : worst <= guaranteed ? .marginal : .failed
    return Verdict(
      status: status, maxDifference: worst, maxRatio: worst == 0 ? 0 : worst / tolerance,
      message:
        "The largest of \(truth.count) projections' differences is \(worst); the tolerance is \(tolerance).")
  }

  /// The first `count` projections of `values`: p_j = Σ_i s_ij·y_i, s_ij = +1 if bit 0 of Philox word i of stream
  /// 1000 + j under key 0x5EED is 0, else −1. The order of the sums is fixed.
  ///
  /// - Complexity: O(values × count), on all processors.
  package static func of(_ values: [Float], count: Int) -> [Double] { evaluate(values, count: count).sums }

  /// Values per unit of concurrent work.
  private static let chunk = 1 << 15

  private static func evaluate(_ values: [Float], count: Int) -> (sums: [Double], reach: Double) {
    let ranges = Parallel.chunks(of: values.count, size: chunk)
    let generators = (0..<count).map { Philox(key: key, stream: firstStream + UInt64($0)) }
    let parts = Parallel.map(ranges.count) { SignedSums(values, in: ranges[$0], generators) }
    var sums = [Double](repeating: 0, count: count)
    var reach = 0.0
    for part in parts {
      reach += part.reach
      for index in 0..<count { sums[index] += part.sums[index] }
    }
    return (sums, reach)
  }
}

/// The signed sums of one chunk.
private struct SignedSums: Sendable {
  private(set) var sums: [Double]
  /// Σ|y|.
  private(set) var reach: Double

  /// - Precondition: `range` begins at a multiple of an octet's length.
  init(_ values: [Float], in range: Range<Int>, _ generators: [Philox]) {
    var totals = [SIMD8<Double>](repeating: .zero, count: generators.count)
    var magnitudes = SIMD8<Double>.zero
    for first in stride(from: range.lowerBound, to: range.upperBound, by: Philox.octetLength) {
      let block = Block(values, first, range.upperBound)
      magnitudes += block.magnitudes
      for (index, generator) in generators.enumerated() {
        totals[index] += block.sum(signedBy: generator.octet(first / Philox.octetLength))
      }
    }
    sums = totals.map { $0.sum() }
    reach = magnitudes.sum()
  }

  /// Thirty-two values in the order of an octet: lane b of part w is element 4·b + w. Past the end there are zeros.
  private struct Block {
    private var parts: (SIMD8<Double>, SIMD8<Double>, SIMD8<Double>, SIMD8<Double>) = (
      .zero, .zero, .zero, .zero
    )

    init(_ values: [Float], _ first: Int, _ end: Int) {
      for lane in 0..<8 {
        let start = first + 4 * lane
        if start + 4 <= end {
          parts.0[lane] = Double(values[start])
          parts.1[lane] = Double(values[start + 1])
          parts.2[lane] = Double(values[start + 2])
          parts.3[lane] = Double(values[start + 3])
        } else {
          if start < end { parts.0[lane] = Double(values[start]) }
          if start + 1 < end { parts.1[lane] = Double(values[start + 1]) }
          if start + 2 < end { parts.2[lane] = Double(values[start + 2]) }
        }
      }
    }

    @inline(__always)
    private static func magnitude(_ part: SIMD8<Double>) -> SIMD8<Double> {
      part.replacing(with: -part, where: part .< 0)
    }

    var magnitudes: SIMD8<Double> {
      (Self.magnitude(parts.0) + Self.magnitude(parts.1))
        + (Self.magnitude(parts.2) + Self.magnitude(parts.3))
    }

    /// The values with the sign bit flipped where bit 0 of the word is set, added up lane by lane.
    @inline(__always)
    func sum(signedBy octet: Philox.Octet) -> SIMD8<Double> {
      (Self.signed(parts.0, octet.word0) + Self.signed(parts.1, octet.word1))
        + (Self.signed(parts.2, octet.word2) + Self.signed(parts.3, octet.word3))
    }

    @inline(__always)
    private static func signed(_ part: SIMD8<Double>, _ words: SIMD8<UInt64>) -> SIMD8<Double> {
      unsafeBitCast(unsafeBitCast(part, to: SIMD8<UInt64>.self) ^ (words &<< 63), to: SIMD8<Double>.self)
    }
  }
}
