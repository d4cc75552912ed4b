/// A colour of 8 bits per channel in the sRGB encoding.
package struct Colour: Sendable, Hashable {
  package let red: UInt8
  package let green: UInt8
  package let blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  package static let black = Colour(0, 0, 0)
  package static let white = Colour(255, 255, 255)

  /// Lightness from 0 to 1: the luma of ITU-R BT.601.
  package var luma: Double {
    (0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)) / 255
  }
}

/// A picture in memory: RGB, 8 bits per channel, row-major from the top left corner.
package struct Picture: Sendable, Hashable {
  /// More pixels than this (10⁸, 300 MB) are refused as a mistake or an attack.
  package static let maximumPixels = 100_000_000

  /// In pixels, at least 1.
  package let width: Int
  /// In pixels, at least 1.
  package let height: Int
  /// Three bytes per pixel, red first; `3·width·height` of them.
  package private(set) var bytes: [UInt8]

  /// - Precondition: both extents are positive and there are `3·width·height` bytes.
  package init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture of \(width)×\(height) pixels is empty")
    precondition(
      bytes.count == 3 * width * height, "\(bytes.count) bytes do not fill \(width)×\(height) pixels")
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// A picture of one colour.
  package init(width: Int, height: Int, filledWith colour: Colour) {
    let pixel = [colour.red, colour.green, colour.blue]
    self.init(width: width, height: height, bytes: (0..<width * height).flatMap { _ in pixel })
  }

  /// The pixel in column `x` and row `y`.
  ///
  /// - Precondition: it lies in the picture.
  package subscript(x: Int, y: Int) -> Colour {
    get {
      let first = offset(x, y)
      return Colour(bytes[first], bytes[first + 1], bytes[first + 2])
    }
    set {
      let first = offset(x, y)
      bytes[first] = newValue.red
      bytes[first + 1] = newValue.green
      bytes[first + 2] = newValue.blue
    }
  }

  private func offset(_ x: Int, _ y: Int) -> Int {
    precondition(
      x >= 0 && x < width && y >= 0 && y < height, "(\(x), \(y)) is outside \(width)×\(height) pixels")
    return 3 * (y * width + x)
  }

  /// Colours the part of a rectangle that lies in the picture.
  package mutating func fill(x: Range<Int>, y: Range<Int>, with colour: Colour) {
    for row in y.clamped(to: 0..<height) {
      for column in x.clamped(to: 0..<width) { self[column, row] = colour }
    }
  }
}
