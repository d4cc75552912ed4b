import History

extension LayerRecord {
  /// The layer in words: `64→128 · 160×160 · 3×3, pad 1, ReLU`.
  var words: String {
    let parts = [shapeWords, attributes].filter { !$0.isEmpty }
    return parts.joined(separator: " · ")
  }

  private var shapeWords: String {
    guard let input = inputShapes.first, input.count == 4, outputShape.count == 4 else {
      return outputShape.map(String.init).joined(separator: "×")
    }
    let channels = change("\(input[1])", "\(outputShape[1])")
    let map = change("\(input[2])×\(input[3])", "\(outputShape[2])×\(outputShape[3])")
    return "\(channels) · \(map)"
  }

  private func change(_ before: String, _ after: String) -> String {
    before == after ? before : "\(before)→\(after)"
  }
}
