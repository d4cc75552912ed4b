import Catalogue
import Foundation
import Golden
import OpenBLASBackend
import Tensors

/// One layer with inputs, parameters and its truth: what implementations are tried on.
package struct Trial {
  package let name: String
  package let layer: Layer
  package let inputs: [Tensor<Float>]
  package let parameters: Parameters<Float>
  package let truth: Truth
  package let isExact: Bool
  /// Whether it is a golden case of a file, or was made up here.
  package let isFromFile: Bool
  /// The arguments that let `efgrbench` repeat it: the file, or network and layer.
  package let repro: String

  /// A golden case with its tensors made.
  package init(_ golden: GoldenCase) {
    name = golden.name
    layer = golden.layer
    inputs = golden.loadInputs()
    parameters = golden.loadParameters()
    truth = golden.truth
    isExact = golden.comparison == .exact
    isFromFile = true
    repro = Self.path(golden.url)
  }

  /// A layer without a golden: uniform data from Philox streams that its name chooses, and every element's truth.
  package init(_ layer: Layer, of network: String, truths: TruthSource) throws(OracleError) {
    let source = SeededTensors(name: network + "/" + layer.name)
    let inputs = source.inputs(of: layer)
    let parameters = source.parameters(of: layer)
    self.layer = layer
    self.inputs = inputs
    self.parameters = parameters
    name = "\(network)/\(layer.name)"
    isExact = false
    isFromFile = false
    repro = "--network \(network) --layers \(layer.name)"
    truth = try truths.truth(of: layer, inputs: inputs, parameters: parameters)
  }

  /// A path that works from here: relative to the working folder where the file is below it.
  package static func path(_ url: URL?) -> String {
    guard let url else { return "" }
    let here = FileManager.default.currentDirectoryPath + "/"
    let path = url.standardizedFileURL.path
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}
