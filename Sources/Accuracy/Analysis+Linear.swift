import Backends
import Catalogue
import Tensors

extension Analysis {
  /// Sums of products over weights.
  ///
  /// Roundings: with h the greatest number that any one term passes (the plan's height: product, path through the
  /// summation tree, bias, norm, interpolation), the computed result is Σ t_k·(1 + θ_k), |θ_k| ≤ γ_h, over the exact
  /// terms t_k (Higham, *Accuracy and Stability*, 2nd ed., §3.1 and §4.2; any order, fused or not). So the error is at
  /// most γ_h·M, M = Σ|t_k| the truth's magnitude. ReLU rounds nothing and moves no two numbers apart.
  ///
  /// Winograd's algorithm sums other terms, larger ones: M is then that of these terms, see ``WinogradMagnitudes``.
  ///
  /// Truth: a float64 sum of K products is itself off by K·2⁻⁵³·M at most.
  ///
  /// Sampling positions of a deformable convolution: see ``DirectSample/displacements``. The displaced samples pass
  /// the same roundings, so their term counts 1 + γ_h times.
  func linear() -> ErrorBounds {
    var magnitudes = winogradMagnitudes() ?? truth.magnitudes
    var displacements: [Double]?
    if layer.kind == .deformConv2d, magnitudes != nil, truth.indices == nil {
      displacements = DirectSample.displacements(
        layer: layer, inputs: inputs, parameters: parameters, coordinates: model.coordinates)
    } else if magnitudes == nil || layer.kind == .deformConv2d {
      let sample = DirectSample.evaluate(
        layer: layer, inputs: inputs, parameters: parameters, indices: truth.indices,
        coordinates: model.coordinates)
      magnitudes = magnitudes ?? sample?.magnitudes
      displacements = sample?.displacements
    }
    let floor = underflow()
    let truthFactor = RoundingFactor.float64(layer.reductionLength)
    func errors(_ factor: Double) -> [Double] {
      truth.values.indices.map { position in
        let displacement = (1 + factor) * (displacements?[position] ?? 0)
        return (factor + truthFactor) * (magnitudes?[position] ?? .infinity) + displacement + floor
      }
    }
    return ErrorBounds(
      guaranteed: errors(RoundingFactor.guaranteed(model.height)),
      probabilistic: errors(RoundingFactor.probabilistic(model.height)))
  }

  /// The magnitudes of the terms that a Winograd plan sums; nil for other plans.
  private func winogradMagnitudes() -> [Double]? {
    model.winograd.flatMap { WinogradMagnitudes(layer, inputs, parameters, $0)?.evaluate(truth.indices) }
  }

  /// What products below 2⁻¹²⁶ can lose: each is rounded to a multiple of 2⁻¹⁴⁹ and so is off by up to 2⁻¹⁵⁰. The loss
  /// of a product is then multiplied by the norm's |s|; when the norm is folded into the weights, w·s is what
  /// underflows and its loss is multiplied by |x|; an interpolated sample has up to eight such products and is
  /// multiplied by |w|. K products with all of it: 8·K·2⁻¹⁴⁹·(1 + max|s|)·(1 + max|x|)·(1 + max|w|). Sums lose nothing to
  /// underflow. Winograd's transforms have at most 300 products per channel, less than five times the 8·9 counted here,
  /// and the loss of each is multiplied by entries of the other matrices, at most (‖Aᵀ‖·‖Bᵀ‖·‖G‖)² in the maximum norm.
  /// Zero where no product can be that small, and never seen unless data are of the order of 10⁻¹⁹.
  func underflow() -> Double {
    func largest(_ values: [Float]) -> Double { Double(values.reduce(0) { max($0, abs($1)) }) }
    let scale = layer.normScales(parameters).reduce(0) { max($0, abs($1)) }
    let reach = (1 + scale) * (1 + largest(inputs[0].values)) * (1 + largest(parameters.weight?.values ?? []))
    let products = 8 * Double(layer.reductionLength) * (model.winograd?.underflowFactor ?? 1)
    return products * Float32Arithmetic.leastSubnormal * reach
  }
}

extension Layer {
  /// s = weight/√(var + eps) of every channel of a convolution's norm, in float64; empty where there is none.
  func normScales(_ parameters: Parameters<Float>) -> [Double] {
    guard let norm = parameters.norm, let convolution else { return [] }
    return zip(norm.weight, norm.runningVariance).map { weight, variance in
      Double(weight) / (Double(variance) + convolution.normEpsilon).squareRoot()
    }
  }
}

extension WinogradTransform {
  /// See `Analysis.underflow`.
  fileprivate var underflowFactor: Double {
    func norm(_ matrix: [[Double]]) -> Double {
      matrix.map { $0.reduce(0) { $0 + abs($1) } }.max() ?? 0
    }
    let reach = norm(sumMatrix) * norm(inputMatrix) * norm(filterMatrix)
    return 5 * reach * reach
  }
}
