import Catalogue
import Foundation
import Tensors

/// One golden case: a layer with its inputs, its parameters and its true output.
///
/// Reading one checks every rule of the format, so whoever holds a case need not check again. Generated tensors are
/// made by ``loadInputs()`` and ``loadParameters()``; until then a case is as small as its file.
package struct GoldenCase: Sendable {
  /// How an output is held against the truth.
  package enum Comparison: String, Sendable, Hashable {
    /// Within the bound that follows from the arithmetic of the implementation.
    case bound
    /// Bit for bit.
    case exact
  }

  /// Unique in its pack.
  package let name: String
  package let layer: Layer
  /// One per input of the layer, in its order.
  package let inputs: [TensorSource]
  package let parameters: ParameterSources
  package let comparison: Comparison
  package let truth: Truth
  /// Who made the case and how: a JSON object as it stands in the file.
  package let provenance: String
  /// The file it was read from.
  package let url: URL?

  package init(
    name: String, layer: Layer, inputs: [TensorSource], parameters: ParameterSources, comparison: Comparison,
    truth: Truth, provenance: String, url: URL? = nil
  ) {
    self.name = name
    self.layer = layer
    self.inputs = inputs
    self.parameters = parameters
    self.comparison = comparison
    self.truth = truth
    self.provenance = provenance
    self.url = url
  }

  /// The values of the inputs. O(elements) where they are generated.
  package func loadInputs() -> [Tensor<Float>] { inputs.map { $0.load() } }

  /// The values of the parameters. O(elements) where they are generated.
  package func loadParameters() -> Parameters<Float> { parameters.load() }

  /// The value of the `format` metadata.
  static let format = "efgrnet-golden/1"
}
