import Foundation

/// A file in the safetensors format: an 8-byte little-endian header length, a JSON header, raw little-endian data
/// (https://huggingface.co/docs/safetensors). Reading validates the whole layout before any tensor is handed out.
package struct Safetensors: Sendable {
  /// The element types that are read and written here.
  package enum ElementType: String, Sendable {
    case f32 = "F32"
    case f64 = "F64"
    case i64 = "I64"

    /// Bytes of one element.
    package var size: Int { self == .f32 ? 4 : 8 }
  }

  /// One tensor's place in the file.
  package struct Entry: Sendable {
    package let type: ElementType
    package let shape: Shape
    /// Where its bytes are, counted from the start of the data section.
    package let range: Range<Int>
  }

  /// The file's `__metadata__`, string to string.
  package let metadata: [String: String]
  /// What is stored, by name.
  package let entries: [String: Entry]
  private let payload: Data

  /// Parses a whole file's bytes.
  ///
  /// - Throws: ``SafetensorsError`` naming the rule that the bytes break.
  package init(_ bytes: Data) throws(SafetensorsError) {
    let bytes = bytes.startIndex == 0 ? bytes : Data(bytes)
    guard bytes.count >= 8 else { throw SafetensorsError("it is shorter than the 8-byte header length") }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8), length <= 100_000_000 else {
      throw SafetensorsError(
        "its header length \(length) reaches past the end of the file (\(bytes.count) bytes)")
    }
    let payload = bytes[(8 + Int(length))...]
    let header: [String: Any]
    do {
      let json = try JSONSerialization.jsonObject(with: bytes.subdata(in: 8..<(8 + Int(length))))
      guard let object = json as? [String: Any] else {
        throw SafetensorsError("its header is no JSON object")
      }
      header = object
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw SafetensorsError("its header is not valid JSON")
    }
    var metadata: [String: String] = [:]
    var entries: [String: Entry] = [:]
    for (name, value) in header {
      if name == "__metadata__" {
        guard let strings = value as? [String: String] else {
          throw SafetensorsError("its __metadata__ is not a map from string to string")
        }
        metadata = strings
      } else {
        entries[name] = try Self.entry(named: name, value, payloadSize: payload.count)
      }
    }
    try Self.checkCoverage(entries, payloadSize: payload.count)
    self.metadata = metadata
    self.entries = entries
    self.payload = payload
  }

  private static func entry(
    named name: String, _ value: Any, payloadSize: Int
  ) throws(SafetensorsError) -> Entry {
    guard let fields = value as? [String: Any], let typeName = fields["dtype"] as? String,
      let extents = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
      offsets.count == 2
    else { throw SafetensorsError("tensor \"\(name)\" lacks dtype, shape or data_offsets") }
    guard let type = ElementType(rawValue: typeName) else {
      throw SafetensorsError("tensor \"\(name)\" has element type \(typeName); F32, F64 and I64 are read")
    }
    let shape: Shape
    do { shape = try Shape(extents) } catch {
      throw SafetensorsError("tensor \"\(name)\" has no valid shape: \(error)")
    }
    guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= payloadSize else {
      throw SafetensorsError(
        "tensor \"\(name)\" lies at bytes \(offsets[0])..<\(offsets[1]) of a data section of \(payloadSize) bytes"
      )
    }
    guard offsets[1] - offsets[0] == shape.count * type.size else {
      throw SafetensorsError(
        "tensor \"\(name)\" of shape \(shape) takes \(shape.count * type.size) bytes, not \(offsets[1] - offsets[0])"
      )
    }
    return Entry(type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// The tensors must tile the data section: no overlap, no gap, no rest.
  private static func checkCoverage(_ entries: [String: Entry], payloadSize: Int) throws(SafetensorsError) {
    var end = 0
    for (name, entry) in entries.sorted(by: { $0.value.range.lowerBound < $1.value.range.lowerBound })
    where !entry.range.isEmpty {
      guard entry.range.lowerBound == end else {
        throw SafetensorsError("tensor \"\(name)\" begins at byte \(entry.range.lowerBound), not \(end)")
      }
      end = entry.range.upperBound
    }
    guard end == payloadSize else {
      throw SafetensorsError("its tensors end at byte \(end) of a data section of \(payloadSize) bytes")
    }
  }

  /// The F32 tensor called `name`, or nil when there is none of that name.
  ///
  /// - Throws: ``SafetensorsError`` when it has another element type.
  package func floats(_ name: String) throws(SafetensorsError) -> Tensor<Float>? { try tensor(name, .f32) }

  /// The F64 tensor called `name`, or nil.
  package func doubles(_ name: String) throws(SafetensorsError) -> Tensor<Double>? { try tensor(name, .f64) }

  /// The I64 tensor called `name`, or nil.
  package func integers(_ name: String) throws(SafetensorsError) -> Tensor<Int64>? { try tensor(name, .i64) }

  private func tensor<Element: BitwiseCopyable & Sendable>(
    _ name: String, _ type: ElementType
  ) throws(SafetensorsError) -> Tensor<Element>? {
    guard let entry = entries[name] else { return nil }
    guard entry.type == type else {
      throw SafetensorsError("tensor \"\(name)\" must be \(type.rawValue), not \(entry.type.rawValue)")
    }
    let values = [Element](unsafeUninitializedCapacity: entry.shape.count) { buffer, count in
      let start = payload.startIndex + entry.range.lowerBound
      let bytes = start..<(start + entry.range.count)
      count = payload.copyBytes(to: buffer, from: bytes) / MemoryLayout<Element>.stride
    }
    return Tensor(entry.shape, values: values)
  }
}

/// A file that is not safetensors, with the rule it breaks; the caller adds the file's name.
package struct SafetensorsError: Error, CustomStringConvertible, Sendable {
  package let rule: String

  package init(_ rule: String) { self.rule = rule }

  package var description: String { "not a safetensors file that can be used: \(rule)" }
}
