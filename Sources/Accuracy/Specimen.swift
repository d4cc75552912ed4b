import Backends
import Catalogue
import Tensors

/// One layer with everything that goes into it: what an implementation is tried on, and what can be cut down while a
/// fault still shows.
package struct Specimen: Sendable {
  package let layer: Layer
  package let inputs: [Tensor<Float>]
  package let parameters: Parameters<Float>

  /// - Precondition: the tensors have the layer's shapes.
  package init(layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>) {
    self.layer = layer
    self.inputs = inputs
    self.parameters = parameters
  }

  /// The same kind of layer with other tensors; nil where they do not fit together.
  func replaced(
    _ operation: Operation? = nil, inputs: [Tensor<Float>]? = nil, parameters: Parameters<Float>? = nil
  ) -> Specimen? {
    let inputs = inputs ?? self.inputs
    let parameters = parameters ?? self.parameters
    do throws(LayerError) {
      let layer = try Layer(
        name: layer.name, operation: operation ?? layer.operation, inputShapes: inputs.map(\.shape),
        parameterShapes: parameters.shapes)
      return Specimen(layer: layer, inputs: inputs, parameters: parameters)
    } catch {
      return nil
    }
  }

  /// Runs `plan` and judges what it gives by its own bound.
  package func judge(_ plan: any Plan, truth: Truth, exact: Bool = false) -> Verdict {
    // What a plan leaves unwritten must not look like a result.
    var output = Tensor<Float>(layer.outputShape, repeating: .nan)
    plan.run(inputs, into: &output)
    let bounds =
      exact
      ? ErrorBounds.exact(count: truth.values.count)
      : ErrorBounds.evaluate(
        layer: layer, model: plan.errorModel, inputs: inputs, parameters: parameters, truth: truth)
    return Comparison.judge(layer: layer, output: output, truth: truth, bounds: bounds, exact: exact)
      .weighingFlips(of: layer, inputs: inputs, output: output, exact: exact)
  }
}

extension Tensor {
  /// The part of the tensor whose index along `axis` is in `range`.
  func slice(_ axis: Int, _ range: Range<Int>) -> Tensor {
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    var part: [Element] = []
    part.reserveCapacity(outer * range.count * inner)
    for block in 0..<outer {
      let first = (block * shape[axis] + range.lowerBound) * inner
      part += values[first..<(first + range.count * inner)]
    }
    var dimensions = shape.dimensions
    dimensions[axis] = range.count
    return Tensor(Shape(trusted: dimensions), values: part)
  }
}
