import Backends
import Catalogue
import Tensors

extension Oracle {
  /// An independent evaluation of a layer in float64, the naive reference, say.
  package typealias Reference = (Layer, [Tensor<Double>], Parameters<Double>) -> Tensor<Double>

  /// Proves that `library` multiplies rightly on this processor, in float64 and in float32: on bare products whose
  /// extents cross the edges of GEMM kernels, then on convolutions of every attribute. About 3·10⁷
  /// multiply–accumulates of the reference.
  ///
  /// - Throws: ``OracleError/wrongLibrary(_:)`` with the first element that rounding can't explain.
  package static func prove(
    _ library: Library = .openBLAS, threads: Int, against reference: Reference
  ) throws(OracleError) {
    let cases: [ProofCase]
    do throws(LayerError) { cases = try ProofCase.all() } catch {
      throw .unfit(layer: error.layer, rule: error.rule)
    }
    for proofCase in cases {
      try Proof(proofCase, library: library, threads: threads, reference: reference).check()
    }
  }
}

/// The comparison of one case.
///
/// float64: the oracle's value differs from the exact one by γ_h·M at most, h = K + `Oracle.furtherRoundings`, and
/// so does any plain reference, whose sum is at most K high and which rounds as often around it (it adds the bias
/// and subtracts the mean one by one: two more, within the 3 + 13 that `height` grants). The two differ by
/// 2·γ_h·M ≤ γ_{2h}·M, u = 2⁻⁵³. The same holds for the magnitudes, sums of absolute values; M itself comes from
/// the reference and is off by the factor 1 ± γ_h, which `slack` makes good.
///
/// float32: the plan's own γ_height·M with u = 2⁻²⁴, and the reference's γ_h·M in float64.
private struct Proof {
  private let proofCase: ProofCase
  private let library: Library
  private let threads: Int
  private let truth: [Double]
  private let magnitude: [Double]

  init(_ proofCase: ProofCase, library: Library, threads: Int, reference: Oracle.Reference) {
    self.proofCase = proofCase
    self.library = library
    self.threads = threads
    let inputs = proofCase.inputs.map { $0.map(Double.init) }
    truth = reference(proofCase.layer, inputs, proofCase.parameters.map(Double.init)).values
    magnitude = Self.magnitude(proofCase, inputs: inputs, reference: reference)
  }

  func check() throws(OracleError) {
    let height = proofCase.layer.reductionLength + Oracle.furtherRoundings + 3
    let slack = 1 + gamma(height, unit: 0x1p-53) * 2
    let double = gamma(2 * height, unit: 0x1p-53) * slack
    let oracle = Oracle(unproven: library, threads: threads)
    let result = try oracle.evaluate(
      proofCase.layer, inputs: proofCase.inputs, parameters: proofCase.parameters)
    try compare(result.values, with: truth, .dgemm, allowed: double)
    try compare(result.magnitudes, with: magnitude, .magnitude, allowed: double)
    let single = try runSingle()
    try compare(
      single.values, with: truth, .sgemm, allowed: gamma(single.height, unit: 0x1p-24) * slack + double)
  }

  /// γ_n = n·u/(1 − n·u), Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §3.1.
  private func gamma(_ count: Int, unit: Double) -> Double {
    Double(count) * unit / (1 - Double(count) * unit)
  }

  private func runSingle() throws(OracleError) -> (values: [Double], height: Int) {
    let plan: any Plan
    do throws(BackendError) {
      plan = try OpenBLASBackend(threads: threads, library: library)
        .plan(proofCase.layer, parameters: proofCase.parameters)
    } catch {
      throw .unfit(layer: proofCase.title, rule: "\(error)")
    }
    // NaN, so that what the library fails to overwrite is seen.
    var output = Tensor<Float>(proofCase.layer.outputShape, repeating: .nan)
    plan.run(proofCase.inputs, into: &output)
    return (output.values.map(Double.init), plan.errorModel.height)
  }

  private func compare(
    _ values: [Double], with truth: [Double], _ routine: LibraryFault.Routine, allowed: Double
  ) throws(OracleError) {
    for index in values.indices {
      let bound = allowed * magnitude[index]
      // Written so that NaN fails.
      guard (values[index] - truth[index]).magnitude <= bound else {
        throw .wrongLibrary(
          LibraryFault(
            library: library.name, core: library.core, routine: routine, proofCase: proofCase.title,
            index: proofCase.layer.outputShape.index(ofFlat: index), expected: truth[index],
            got: values[index], bound: bound))
      }
    }
  }

  /// M by the reference: the same layer on absolute values, with a norm whose mean is −|mean|, which adds instead
  /// of subtracting, and absolute weight and bias. No ReLU changes it: nothing is negative.
  private static func magnitude(
    _ proofCase: ProofCase, inputs: [Tensor<Double>], reference: Oracle.Reference
  ) -> [Double] {
    let parameters = proofCase.parameters.map(Double.init)
    let norm = parameters.norm.map {
      Parameters<Double>.Norm(
        weight: $0.weight.map(\.magnitude), bias: $0.bias.map(\.magnitude),
        runningMean: $0.runningMean.map { -$0.magnitude }, runningVariance: $0.runningVariance)
    }
    let absolute = Parameters(
      weight: parameters.weight?.map(\.magnitude), bias: parameters.bias?.map(\.magnitude), norm: norm)
    var inputs = inputs
    inputs[0] = inputs[0].map(\.magnitude)
    return reference(proofCase.layer, inputs, absolute).values
  }
}
