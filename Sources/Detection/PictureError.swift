/// Why a picture can't be read or written.
package enum PictureError: Error, CustomStringConvertible, Sendable, Hashable {
  /// The file is missing or can't be opened.
  case unreadable(file: String, reason: String)
  /// The bytes do not begin with PNG's signature.
  case notPNG(file: String)
  /// It begins like a PNG but breaks off or contradicts itself; in libpng's words.
  case damaged(file: String, reason: String)
  /// It has more than ``Picture/maximumPixels`` pixels.
  case tooLarge(file: String, width: Int, height: Int)
  /// libpng could not encode the picture.
  case notEncoded(reason: String)
  case unwritable(file: String, reason: String)

  package var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "The picture \(file) can't be read: \(reason)"
    case .notPNG(let file):
      "The file \(file) is not a PNG: it does not begin with PNG's signature."
    case .damaged(let file, let reason):
      "The PNG \(file) is damaged: \(reason)."
    case .tooLarge(let file, let width, let height):
      "The PNG \(file) has \(width)×\(height) pixels; at most \(Picture.maximumPixels) are read."
    case .notEncoded(let reason):
      "The picture can't be encoded as PNG: \(reason)."
    case .unwritable(let file, let reason):
      "The picture \(file) can't be written: \(reason)"
    }
  }
}
