import Tensors

extension Recipe {
  /// Reads one entry of `generated`. Of `scale`, `range` and `value` the one of the distribution is needed; the
  /// others may stand beside it and mean nothing. A constant draws no words and needs neither key nor stream.
  init(_ value: JSONValue, tensor: String) throws(FormatViolation) {
    let name = "the recipe of \"\(tensor)\""
    guard case .object(let fields) = value else { throw FormatViolation("\(name) is no JSON object") }
    var reader = FieldReader(fields, name: name)
    let shape = try reader.shape("shape")
    let distribution = try Self.distribution(&reader)
    var generator = Philox(key: 0, stream: 0)
    if case .constant = distribution {
      _ = (reader.optional("key"), reader.optional("stream"))
    } else {
      generator = Philox(key: try reader.unsigned("key"), stream: try reader.unsigned("stream"))
    }
    for unused in ["scale", "range", "value"] { _ = reader.optional(unused) }
    try reader.finish()
    self.init(shape: shape, distribution: distribution, generator: generator)
  }

  private static func distribution(_ reader: inout FieldReader) throws(FormatViolation) -> Distribution {
    let name = try reader.string("distribution")
    switch name {
    case "uniform": return .uniform(scale: try reader.float("scale"))
    case "nonnegative": return .nonnegative(scale: try reader.float("scale"))
    case "integer": return .integer(range: try range(&reader))
    case "nonnegative_integer": return .nonnegativeInteger(range: try range(&reader))
    case "constant": return .constant(try reader.float("value"))
    default: throw FormatViolation("\(reader.name) has the unknown distribution \"\(name)\"")
    }
  }

  /// Up to 2³¹ − 1, so that word·(2·range + 1) fits 64 bits.
  private static func range(_ reader: inout FieldReader) throws(FormatViolation) -> UInt64 {
    let range = try reader.unsigned("range")
    guard range < 1 << 31 else { throw FormatViolation("\"range\" of \(reader.name) must be below 2³¹") }
    return range
  }

  /// The entry of `generated` that ``init(_:tensor:)`` reads.
  var json: JSONValue {
    var fields: [String: JSONValue] = [
      "shape": .array(shape.dimensions.map { .signed(Int64($0)) }),
      "key": .unsigned(generator.key), "stream": .unsigned(generator.stream),
    ]
    switch distribution {
    case .uniform(let scale):
      fields.merge(["distribution": .string("uniform"), "scale": .number(Double(scale))]) { $1 }
    case .nonnegative(let scale):
      fields.merge(["distribution": .string("nonnegative"), "scale": .number(Double(scale))]) { $1 }
    case .integer(let range):
      fields.merge(["distribution": .string("integer"), "range": .unsigned(range)]) { $1 }
    case .nonnegativeInteger(let range):
      fields.merge(["distribution": .string("nonnegative_integer"), "range": .unsigned(range)]) { $1 }
    case .constant(let value):
      fields.merge(["distribution": .string("constant"), "value": .number(Double(value))]) { $1 }
    }
    return .object(fields)
  }
}
