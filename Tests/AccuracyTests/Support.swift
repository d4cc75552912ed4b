import Accuracy
import Backends
import Catalogue
import Tensors

/// `count` numbers in ±scale, the same in every run.
func random(_ count: Int, scale: Float = 1, stream: UInt64) -> [Float] {
  Recipe(
    shape: Shape(trusted: [count]), distribution: .uniform(scale: scale),
    generator: Philox(key: 0xACC, stream: stream)
  ).makeTensor().values
}

/// Numbers of all magnitudes between 2⁻⁴⁰ and 2⁴⁰, zeros among them.
func spread(_ count: Int, stream: UInt64) -> [Float] {
  let exponents = random(count, scale: 40, stream: stream + 1)
  return zip(random(count, stream: stream), exponents).enumerated().map { index, pair in
    index % 17 == 16 ? 0 : Float(sign: pair.0.sign, exponent: Int(pair.1), significand: 1 + abs(pair.0) / 2)
  }
}

func tensor(_ extents: [Int], _ values: [Float]) -> Tensor<Float> {
  Tensor(Shape(trusted: extents), values: values)
}

/// Judges a float32 output against a float64 truth, with bounds for these inputs.
func judge(
  _ layer: Layer, _ model: ErrorModel, _ inputs: [Tensor<Float>],
  _ parameters: Parameters<Float> = Parameters(),
  truth: [Double], output: [Float]
) -> Verdict {
  let truth = Truth(shape: layer.outputShape, values: truth)
  let bounds = ErrorBounds.evaluate(
    layer: layer, model: model, inputs: inputs, parameters: parameters, truth: truth)
  return Comparison.judge(
    layer: layer, output: Tensor(layer.outputShape, values: output), truth: truth, bounds: bounds,
    exact: false)
}
