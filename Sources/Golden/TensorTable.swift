import Catalogue
import Tensors

/// The tensors of one golden file, stored and generated, taken by name; what is left over was not expected.
struct TensorTable {
  private let file: Safetensors
  private let recipes: [String: Recipe]
  private var untouched: Set<String>

  /// - Parameter generated: the file's `generated` metadata, nil when all tensors are stored.
  init(_ file: Safetensors, generated: String?) throws(FormatViolation) {
    var recipes: [String: Recipe] = [:]
    if let generated {
      for (name, value) in try JSONValue.parseObject(generated, as: "\"generated\"").sorted(by: {
        $0.key < $1.key
      }) {
        guard file.entries[name] == nil else {
          throw FormatViolation("tensor \"\(name)\" is both stored and generated")
        }
        recipes[name] = try Recipe(value, tensor: name)
      }
    }
    self.file = file
    self.recipes = recipes
    untouched = Set(file.entries.keys).union(recipes.keys)
  }

  func contains(_ name: String) -> Bool { file.entries[name] != nil || recipes[name] != nil }

  /// The first name, in sorted order, that nothing has taken.
  var leftover: String? { untouched.min() }

  /// Takes an input or parameter: F32 and finite. Recipes give nothing but finite values.
  mutating func source(_ name: String) throws(FormatViolation) -> TensorSource? {
    untouched.remove(name)
    if let recipe = recipes[name] { return .generated(recipe) }
    guard let tensor = try stored(name, { (file, name) throws(SafetensorsError) in try file.floats(name) })
    else {
      return nil
    }
    guard let index = tensor.values.firstIndex(where: { !$0.isFinite }) else { return .stored(tensor) }
    throw FormatViolation(
      "tensor \"\(name)\" must be finite, but holds \(tensor.values[index]) at \(tensor.shape.index(ofFlat: index))"
    )
  }

  /// Takes an input or parameter that must be there.
  mutating func requiredSource(_ name: String) throws(FormatViolation) -> TensorSource {
    guard let source = try source(name) else { throw FormatViolation("tensor \"\(name)\" is missing") }
    return source
  }

  /// Takes a tensor of true values: stored, F64 and finite.
  mutating func doubles(_ name: String) throws(FormatViolation) -> Tensor<Double>? {
    let read = { (file: Safetensors, name: String) throws(SafetensorsError) in try file.doubles(name) }
    guard let tensor = try stored(name, read) else { return nil }
    guard let index = tensor.values.firstIndex(where: { !$0.isFinite }) else { return tensor }
    throw FormatViolation(
      "tensor \"\(name)\" must be finite, but holds \(tensor.values[index]) at \(tensor.shape.index(ofFlat: index))"
    )
  }

  /// Takes a list of true values: stored, F64, finite and of one axis.
  mutating func list(_ name: String) throws(FormatViolation) -> [Double]? {
    guard let tensor = try doubles(name) else { return nil }
    guard tensor.shape.rank == 1 else {
      throw FormatViolation("tensor \"\(name)\" must have one axis, not \(tensor.shape)")
    }
    return tensor.values
  }

  /// Takes a list of flat indices: stored, I64, of one axis, each below `count`.
  mutating func indices(_ name: String, below count: Int) throws(FormatViolation) -> [Int]? {
    let read = { (file: Safetensors, name: String) throws(SafetensorsError) in try file.integers(name) }
    guard let tensor = try stored(name, read) else { return nil }
    guard tensor.shape.rank == 1 else {
      throw FormatViolation("tensor \"\(name)\" must have one axis, not \(tensor.shape)")
    }
    guard let wrong = tensor.values.first(where: { $0 < 0 || $0 >= count }) else {
      return tensor.values.map { Int($0) }
    }
    throw FormatViolation("\"\(name)\" holds index \(wrong), outside 0..<\(count)")
  }

  private mutating func stored<Element>(
    _ name: String, _ read: (Safetensors, String) throws(SafetensorsError) -> Tensor<Element>?
  ) throws(FormatViolation) -> Tensor<Element>? {
    untouched.remove(name)
    guard recipes[name] == nil else {
      throw FormatViolation("tensor \"\(name)\" must be stored, not generated")
    }
    do {
      return try read(file, name)
    } catch {
      throw FormatViolation(error.rule)
    }
  }

  /// Takes the parameters whose names begin with `prefix`, a norm with all of its four tensors.
  mutating func parameters(prefix: String = "") throws(FormatViolation) -> ParameterSources {
    var sources = ParameterSources(weight: try source(prefix + "weight"), bias: try source(prefix + "bias"))
    let names = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"].map { prefix + $0 }
    guard names.contains(where: contains) else { return sources }
    let norm = ParameterSources.Norm(
      weight: try requiredSource(names[0]), bias: try requiredSource(names[1]),
      runningMean: try requiredSource(names[2]), runningVariance: try requiredSource(names[3]))
    for (name, source) in zip(names, [norm.weight, norm.bias, norm.runningMean, norm.runningVariance]) {
      guard source.shape == norm.weight.shape else {
        throw FormatViolation(
          "tensor \"\(name)\" has shape \(source.shape) where \"\(names[0])\" has \(norm.weight.shape)")
      }
    }
    sources.norm = norm
    return sources
  }
}
