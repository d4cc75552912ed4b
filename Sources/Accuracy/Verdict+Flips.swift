import Catalogue
import Tensors

extension Verdict {
  /// Weighs by its margins what an `nms` has decided otherwise than the truth.
  ///
  /// Of the layer kinds, `nms` alone has jumps: a difference in the last bit of an overlap adds or removes a whole row.
  /// Its output passes where every decision that differs from exact arithmetic on the same inputs was within the
  /// float32 error bound of the overlap that it rests on (see ``SuppressionReplay``), and the message says how many
  /// did. Any other verdict, of any other kind, comes back as it is; nor is anything excused where the case asks for
  /// exactness.
  package func weighingFlips(
    of layer: Layer, inputs: [Tensor<Float>], output: Tensor<Float>, exact: Bool
  ) -> Verdict {
    guard case .nms(let suppression) = layer.operation, status == .failed, !exact,
      output.shape.rank == 2, output.shape[1] == 6
    else { return self }
    switch SuppressionReplay(suppression, inputs: inputs).follow(output) {
    case .unexplained(let fault): return overruled(by: .failed, "\(message) \(fault)")
    case .explained(let flips) where flips.isEmpty:
      return overruled(
        by: .failed,
        "\(message) Yet its rows are what exact arithmetic makes of the inputs, so the truth is in doubt.")
    case .explained(let flips): return Self.passed(output, flips)
    }
  }

  private static func passed(_ output: Tensor<Float>, _ flips: [SuppressionReplay.Flip]) -> Verdict {
    let ratio = flips.map(\.ratio).max() ?? 0
    let nonZero = output.values.count { $0 != 0 }
    let margin = flips.map(\.margin).max() ?? 0
    return Verdict(
      status: .passed, elements: output.values.count,
      nonZeroShare: output.values.isEmpty ? 0 : Double(nonZero) / Double(output.values.count),
      maxAbsError: margin, maxRatio: ratio, maxProbabilisticRatio: ratio,
      ulp: ULPStatistics(p50: 0, p99: 0, max: 0), failures: 0, firstFailure: nil, flips: flips.count,
      message: """
        \(flips.count) \(flips.count == 1 ? "decision" : "decisions") fell otherwise than in exact arithmetic, each \
        with its overlap within the error bound of the threshold: \(margin) away at the most, \(ratio) of the bound.
        """)
  }
}
