import Catalogue
import Tensors

/// Takes the fields of a JSON object one by one and refuses what is missing, of the wrong type, or left over.
struct FieldReader {
  /// What the object is, for messages: `the layer`, `the recipe of "weight"`.
  let name: String
  private var fields: [String: JSONValue]

  init(_ fields: [String: JSONValue], name: String) {
    self.fields = fields
    self.name = name
  }

  /// Takes a field that need not be there.
  mutating func optional(_ key: String) -> JSONValue? { fields.removeValue(forKey: key) }

  private mutating func required(_ key: String) throws(FormatViolation) -> JSONValue {
    guard let value = optional(key) else { throw FormatViolation("\(name) lacks \"\(key)\"") }
    return value
  }

  private func mistyped(_ key: String, _ expected: String) -> FormatViolation {
    FormatViolation("\"\(key)\" of \(name) must be \(expected)")
  }

  mutating func string(_ key: String) throws(FormatViolation) -> String {
    guard case .string(let value) = try required(key) else { throw mistyped(key, "a string") }
    return value
  }

  mutating func boolean(_ key: String) throws(FormatViolation) -> Bool {
    guard case .boolean(let value) = try required(key) else { throw mistyped(key, "true or false") }
    return value
  }

  mutating func count(_ key: String) throws(FormatViolation) -> Int {
    guard let value = try required(key).count else {
      throw mistyped(key, "a whole number that is not negative")
    }
    return value
  }

  mutating func unsigned(_ key: String) throws(FormatViolation) -> UInt64 {
    guard case .unsigned(let value) = try required(key) else {
      throw mistyped(key, "a whole number from 0 to 2⁶⁴ − 1")
    }
    return value
  }

  mutating func double(_ key: String) throws(FormatViolation) -> Double {
    guard let value = try required(key).double else { throw mistyped(key, "a finite number") }
    return value
  }

  /// A number that is finite in float32 too.
  mutating func float(_ key: String) throws(FormatViolation) -> Float {
    let value = Float(try double(key))
    guard value.isFinite else { throw mistyped(key, "finite in float32") }
    return value
  }

  mutating func doubles(_ key: String) throws(FormatViolation) -> [Double] {
    guard case .array(let elements) = try required(key) else { throw mistyped(key, "an array of numbers") }
    let values = elements.compactMap(\.double)
    guard values.count == elements.count else { throw mistyped(key, "an array of finite numbers") }
    return values
  }

  mutating func pair(_ key: String) throws(FormatViolation) -> Pair {
    guard case .array(let elements) = try required(key), elements.count == 2,
      let vertical = elements[0].count, let horizontal = elements[1].count
    else { throw mistyped(key, "two whole numbers, [vertical, horizontal], that are not negative") }
    guard max(vertical, horizontal) <= Self.largestExtent else {
      throw mistyped(key, "at most \(Self.largestExtent) each way")
    }
    return Pair(vertical, horizontal)
  }

  /// Larger windows, paddings and maps than this are mistakes, and sums of products of them would overflow.
  private static let largestExtent = 1 << 24

  mutating func shape(_ key: String) throws(FormatViolation) -> Shape {
    try Self.shape(try required(key), name: "\"\(key)\" of \(name)")
  }

  /// A shape given as a JSON array.
  static func shape(_ value: JSONValue, name: String) throws(FormatViolation) -> Shape {
    guard case .array(let elements) = value else { throw FormatViolation("\(name) must be an array") }
    let extents = elements.compactMap(\.integer)
    guard extents.count == elements.count else {
      throw FormatViolation("\(name) must be an array of whole numbers")
    }
    do {
      return try Shape(extents)
    } catch {
      throw FormatViolation("\(name) is no shape: \(error.rule), but it is \(extents)")
    }
  }

  /// Refuses fields that nobody took.
  func finish() throws(FormatViolation) {
    guard let left = fields.keys.min() else { return }
    throw FormatViolation("\(name) has an unknown attribute \"\(left)\"")
  }
}
