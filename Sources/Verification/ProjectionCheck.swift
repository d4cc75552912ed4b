import Accuracy
import Backends
import Catalogue
import OpenBLASBackend
import Tensors

/// The check of a whole output by random projections, also where only a sample of the truth is known. It needs Σ b and
/// Σ b² of the bounds b over every element.
struct ProjectionCheck {
  /// Where the bounds of all elements come from.
  private enum Source {
    /// Linear kinds: b = γ_h·M + d, with the sums of M and M² from the oracle, and how far rounded sampling positions
    /// can move an element of each output channel.
    case magnitudes(MagnitudeSums, Displacement)
    /// Other kinds: the whole truth in float64, from which b follows element by element.
    case truth(Truth)
  }

  private let source: Source?

  /// Nothing is prepared where the trial has no projections, or where no oracle is at hand for a linear layer.
  init(_ trial: Trial, _ truths: TruthSource) throws {
    guard trial.truth.projections != nil else {
      source = nil
      return
    }
    guard trial.layer.kind.isLinear else {
      source = .truth(truths.reference(trial.layer, trial.inputs, trial.parameters))
      return
    }
    source = try truths.oracle.map {
      .magnitudes(
        try $0.magnitudeSums(trial.layer, inputs: trial.inputs, parameters: trial.parameters),
        Displacement(trial))
    }
  }

  /// The verdict on the known elements, turned into a failure where a projection over all of them contradicts it.
  func confirm(
    _ verdict: Verdict, _ trial: Trial, _ output: Tensor<Float>, _ model: ErrorModel
  ) -> Verdict {
    guard let source, verdict.status.isGood, let projections = trial.truth.projections else { return verdict }
    let (sum, squares) = Self.sums(source, trial, model)
    let check = Projections.check(
      output: output, truth: projections, boundSum: trial.isExact ? 0 : sum,
      boundSquares: trial.isExact ? 0 : squares)
    if check.status.isGood { return verdict }
    return verdict.overruled(
      by: .failed, "The known elements are right, but the output as a whole is not. \(check.message)")
  }

  /// Σ b and Σ b², by Minkowski's inequality where b has two parts.
  private static func sums(_ source: Source, _ trial: Trial, _ model: ErrorModel) -> (Double, Double) {
    switch source {
    case .magnitudes(let magnitudes, let displacement):
      let gamma = RoundingFactor.guaranteed(model.height)
      let moved = displacement.sums(model.coordinates)
      let own = MagnitudeTotals(
        trial.layer, model: model, inputs: trial.inputs, parameters: trial.parameters)
      let root = gamma * (own?.squares ?? magnitudes.sumOfSquares).squareRoot() + moved.squares.squareRoot()
      return (gamma * (own?.sum ?? magnitudes.sum) + moved.sum, root * root)
    case .truth(let truth):
      let bounds = ErrorBounds.evaluate(
        layer: trial.layer, model: model, inputs: trial.inputs, parameters: trial.parameters, truth: truth
      ).guaranteed
      return bounds.reduce((0, 0)) { ($0.0 + $1, $0.1 + $1 * $1) }
    }
  }
}

/// How far rounded sampling positions can move a deformable convolution's outputs, whatever the offsets: a position
/// that is off by δ along an axis changes a bilinear sample by at most δ·2·max|x|, so both axes change output channel
/// o by at most 4·δ·max|x|·|s_o|·Σ_k|w_ok|.
private struct Displacement {
  /// 4·max|x|·|s|·Σ|w| per output channel.
  private let reach: [Double]
  /// Output elements per channel.
  private let area: Int
  /// The greatest coordinate inside the map.
  private let extent: Double

  /// Zero for layers without sampling.
  init(_ trial: Trial) {
    let output = trial.layer.outputShape
    guard case .deformConv2d(let convolution) = trial.layer.operation, let weight = trial.parameters.weight
    else {
      (reach, area, extent) = ([], 0, 0)
      return
    }
    let peak = trial.inputs[0].values.reduce(0) { max($0, abs(Double($1))) }
    let perFilter = weight.shape.count / weight.shape[0]
    reach = (0..<weight.shape[0]).map { filter in
      let sum = weight.values[(filter * perFilter)..<((filter + 1) * perFilter)].reduce(0) {
        $0 + abs(Double($1))
      }
      let scale = trial.parameters.norm.map {
        Double($0.weight[filter])
          / (Double($0.runningVariance[filter]) + convolution.normEpsilon).squareRoot()
      }
      return 4 * peak * abs(scale ?? 1) * sum
    }
    area = output[0] * output[2] * output[3]
    let input = trial.layer.inputShapes[0]
    extent = Double(max(input[2], input[3]))
  }

  /// Σ d and Σ d² over all elements. A position that matters lies inside (−1, extent).
  func sums(_ coordinates: ErrorModel.Coordinates) -> (sum: Double, squares: Double) {
    let unit = Float32Arithmetic.unitRoundoff
    let shift: Double =
      switch coordinates {
      case .roundedSum: unit * extent
      case .splitInteger: unit
      }
    let moved = reach.map { $0 * shift }
    return (
      Double(area) * moved.reduce(0, +), Double(area) * moved.reduce(0) { $0 + $1 * $1 }
    )
  }
}
