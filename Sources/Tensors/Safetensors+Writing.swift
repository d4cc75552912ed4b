import Foundation

/// Collects tensors and writes them as one safetensors file, names in sorted order, so that the same contents give
/// the same bytes.
package struct SafetensorsWriter {
  private var metadata: [String: String]
  private var tensors: [String: (type: Safetensors.ElementType, shape: Shape, bytes: Data)] = [:]

  package init(metadata: [String: String]) { self.metadata = metadata }

  package mutating func add(_ name: String, _ tensor: Tensor<Float>) { add(name, .f32, tensor) }
  package mutating func add(_ name: String, _ tensor: Tensor<Double>) { add(name, .f64, tensor) }
  package mutating func add(_ name: String, _ tensor: Tensor<Int64>) { add(name, .i64, tensor) }

  private mutating func add<Element: BitwiseCopyable>(
    _ name: String, _ type: Safetensors.ElementType, _ tensor: Tensor<Element>
  ) {
    tensors[name] = (type, tensor.shape, tensor.values.withUnsafeBytes { Data($0) })
  }

  /// The whole file.
  package func encoded() throws -> Data {
    var header: [String: Any] = ["__metadata__": metadata]
    var payload = Data()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      header[name] = [
        "dtype": tensor.type.rawValue, "shape": tensor.shape.dimensions,
        "data_offsets": [payload.count, payload.count + tensor.bytes.count],
      ]
      payload.append(tensor.bytes)
    }
    var json = try JSONSerialization.data(
      withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    // Padded with spaces to a multiple of eight, so that the data section is aligned.
    json.append(Data(repeating: 0x20, count: (8 - json.count % 8) % 8))
    var file = Data()
    for shift in stride(from: 0, to: 64, by: 8) {
      file.append(UInt8(truncatingIfNeeded: json.count >> shift))
    }
    file.append(json)
    file.append(payload)
    return file
  }
}
