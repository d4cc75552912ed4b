import Catalogue
import Foundation
import Tensors

/// The weights of a whole network in one safetensors file. Tensors are called as in goldens (`conv1_1.weight`,
/// `norm1.bn.running_var`) or as in the published checkpoints (``CheckpointName``), there perhaps with `module.` in
/// front. The file is mapped into memory, and a layer's tensors are copied when they are asked for.
package struct Checkpoint: ParameterStore {
  private let url: URL
  private let file: Safetensors
  /// The file's name of each tensor, by layer and parameter.
  private let stored: [String: String]

  /// Reads a file and holds it against `network`: every parameter of every layer must be there once, F32, finite and
  /// of the layer's shape, and nothing else may be there but PyTorch's counters `num_batches_tracked`.
  ///
  /// - Throws: ``GoldenError`` naming the file, the tensor and the rule.
  package init(contentsOf url: URL, for network: Network) throws(GoldenError) {
    self.url = url
    let bytes: Data
    do {
      bytes = try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw GoldenError(file: url.path, rule: "it cannot be read (\(error.localizedDescription))")
    }
    file = try GoldenFile(bytes, url: url).contents
    do throws(FormatViolation) {
      stored = try Self.match(Array(file.entries.keys), network)
    } catch {
      throw GoldenError(file: url.path, rule: error.rule)
    }
    for layer in network.layers { _ = try parameters(for: layer) }
  }

  /// Which of the file's tensors is which parameter.
  private static func match(
    _ names: [String], _ network: Network
  ) throws(FormatViolation) -> [String: String] {
    var wanted: [String: String] = [:]
    for layer in network.layers {
      for (parameter, _) in layer.parameterShapes.named {
        let own = "\(layer.name).\(parameter)"
        wanted[own] = own
        if let published = CheckpointName.efgrnetVGG16[layer.name]?.tensor(parameter) {
          wanted[published] = own
        }
      }
    }
    var stored: [String: String] = [:]
    for name in names.sorted() where !name.hasSuffix(".num_batches_tracked") {
      let bare = name.hasPrefix("module.") ? String(name.dropFirst("module.".count)) : name
      guard let own = wanted[bare] else {
        throw FormatViolation("tensor \"\(name)\" belongs to no layer of \(network.name)")
      }
      if let other = stored[own] {
        throw FormatViolation("tensors \"\(other)\" and \"\(name)\" are both \(own)")
      }
      stored[own] = name
    }
    return stored
  }

  package func parameters(for layer: Layer) throws(GoldenError) -> Parameters<Float> {
    do throws(FormatViolation) {
      var values: [String: Tensor<Float>] = [:]
      for (parameter, shape) in layer.parameterShapes.named {
        values[parameter] = try tensor(parameter, of: layer, shape: shape)
      }
      if let variances = values["bn.running_var"] {
        try layer.operation.checkVariances(variances.values, name: "\(layer.name).bn.running_var")
      }
      return Parameters(values)
    } catch {
      throw GoldenError(file: url.path, rule: error.rule)
    }
  }

  private func tensor(
    _ parameter: String, of layer: Layer, shape: Shape
  ) throws(FormatViolation) -> Tensor<Float> {
    let own = "\(layer.name).\(parameter)"
    guard let name = stored[own] else {
      let published = CheckpointName.efgrnetVGG16[layer.name]?.tensor(parameter)
      throw FormatViolation("tensor \"\(own)\"" + (published.map { " (or \"\($0)\")" } ?? "") + " is missing")
    }
    let found: Tensor<Float>?
    do throws(SafetensorsError) { found = try file.floats(name) } catch { throw FormatViolation(error.rule) }
    guard let tensor = found else { throw FormatViolation("tensor \"\(name)\" is missing") }
    guard tensor.shape == shape else {
      throw FormatViolation("tensor \"\(name)\" has shape \(tensor.shape), but \(own) has \(shape)")
    }
    guard let wrong = tensor.values.firstIndex(where: { !$0.isFinite }) else { return tensor }
    throw FormatViolation(
      "tensor \"\(name)\" must be finite, but holds \(tensor.values[wrong]) at \(shape.index(ofFlat: wrong))")
  }
}

extension ParameterShapes {
  /// Every parameter under its name in goldens.
  fileprivate var named: [(parameter: String, shape: Shape)] {
    let norms = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"]
    let all: [(String, Shape?)] = [("weight", weight), ("bias", bias)] + norms.map { ($0, norm) }
    return all.compactMap { name, shape in shape.map { (name, $0) } }
  }
}

extension Parameters where Scalar == Float {
  /// The parameters under their names in goldens.
  fileprivate init(_ values: [String: Tensor<Float>]) {
    self.init(weight: values["weight"], bias: values["bias"]?.values)
    if let weight = values["bn.weight"], let bias = values["bn.bias"], let mean = values["bn.running_mean"],
      let variance = values["bn.running_var"]
    {
      norm = Norm(
        weight: weight.values, bias: bias.values, runningMean: mean.values, runningVariance: variance.values)
    }
  }
}
