import Tensors

extension Picture {
  /// The picture as a network of this input size gets it: stretched to a square, each value rounded to a whole level.
  ///
  /// - Precondition: `size` is positive.
  package func seen(size: Int) -> Picture {
    let input = networkInput(size: size)
    let plane = size * size
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * plane)
    for pixel in 0..<plane {
      for channel in [2, 1, 0] {
        let level = Double(input.values[channel * plane + pixel]) + Self.meanBGR[channel]
        bytes.append(UInt8(min(max(level, 0), 255).rounded()))
      }
    }
    return Picture(width: size, height: size, bytes: bytes)
  }
}
