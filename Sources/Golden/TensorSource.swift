import Catalogue
import Tensors

/// An input or parameter of a golden: its values, or the recipe that makes them when they are wanted.
package enum TensorSource: Sendable {
  case stored(Tensor<Float>)
  case generated(Recipe)

  package var shape: Shape {
    switch self {
    case .stored(let tensor): tensor.shape
    case .generated(let recipe): recipe.shape
    }
  }

  /// The values. O(elements) when they are generated.
  package func load() -> Tensor<Float> {
    switch self {
    case .stored(let tensor): tensor
    case .generated(let recipe): recipe.makeTensor()
    }
  }
}

/// Where the parameters of one layer come from.
package struct ParameterSources: Sendable {
  /// The four tensors of a batch norm.
  package struct Norm: Sendable {
    package let weight: TensorSource
    package let bias: TensorSource
    package let runningMean: TensorSource
    package let runningVariance: TensorSource

    package init(
      weight: TensorSource, bias: TensorSource, runningMean: TensorSource, runningVariance: TensorSource
    ) {
      self.weight = weight
      self.bias = bias
      self.runningMean = runningMean
      self.runningVariance = runningVariance
    }
  }

  package var weight: TensorSource?
  package var bias: TensorSource?
  package var norm: Norm?

  package init(weight: TensorSource? = nil, bias: TensorSource? = nil, norm: Norm? = nil) {
    self.weight = weight
    self.bias = bias
    self.norm = norm
  }

  /// The shapes, to check against a layer's.
  package var shapes: ParameterShapes {
    ParameterShapes(weight: weight?.shape, bias: bias?.shape, norm: norm?.weight.shape)
  }

  /// The values. O(elements).
  package func load() -> Parameters<Float> {
    Parameters(
      weight: weight?.load(), bias: bias?.load().values,
      norm: norm.map {
        .init(
          weight: $0.weight.load().values, bias: $0.bias.load().values,
          runningMean: $0.runningMean.load().values, runningVariance: $0.runningVariance.load().values)
      })
  }

  /// Every tensor under its name in golden files.
  var named: [(name: String, source: TensorSource)] {
    let fixed: [(String, TensorSource?)] = [
      ("weight", weight), ("bias", bias), ("bn.weight", norm?.weight), ("bn.bias", norm?.bias),
      ("bn.running_mean", norm?.runningMean), ("bn.running_var", norm?.runningVariance),
    ]
    return fixed.compactMap { name, source in source.map { (name, $0) } }
  }
}

extension ParameterSources {
  /// Parameters whose values are stored.
  package init(_ parameters: Parameters<Float>) {
    func stored(_ values: [Float]) -> TensorSource {
      .stored(Tensor(Shape(trusted: [values.count]), values: values))
    }
    self.init(
      weight: parameters.weight.map(TensorSource.stored), bias: parameters.bias.map(stored),
      norm: parameters.norm.map {
        Norm(
          weight: stored($0.weight), bias: stored($0.bias), runningMean: stored($0.runningMean),
          runningVariance: stored($0.runningVariance))
      })
  }
}
