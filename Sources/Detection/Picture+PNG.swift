import CPNG
import Foundation

/// PNG in and out through libpng's simplified interface, whose functions return an error instead of jumping
/// over Swift's frames (libpng manual, section *The simplified API*).
extension Picture {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let rgb = UInt32(PNG_FORMAT_FLAG_COLOR)
  private static let rgba = UInt32(PNG_FORMAT_FLAG_COLOR) | UInt32(PNG_FORMAT_FLAG_ALPHA)

  /// Reads a PNG file of any colour type and depth; see ``init(png:file:)``.
  ///
  /// - Throws: ``PictureError``.
  package init(contentsOf url: URL) throws(PictureError) {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw .unreadable(file: url.path, reason: error.localizedDescription)
    }
    try self.init(png: data, file: url.path)
  }

  /// Decodes a PNG of any colour type, depth and interlacing to 8-bit sRGB.
  ///
  /// Palettes and grey become RGB, 16-bit samples are rounded to 8 bits. Transparency is removed by laying
  /// the picture on white, in the sRGB encoding, as browsers do: c·α + 255·(1 − α), rounded.
  ///
  /// - Parameter file: the name that errors give.
  /// - Throws: ``PictureError`` when the data is no PNG, is damaged or has too many pixels.
  package init(png data: Data, file: String = "in memory") throws(PictureError) {
    guard data.prefix(Self.signature.count).elementsEqual(Self.signature) else { throw .notPNG(file: file) }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    let decoded = withUnsafeMutablePointer(to: &image) { image in
      data.withUnsafeBytes { bytes in Self.decode(image, bytes, file: file) }
    }
    let rgba = try decoded.get()
    let (width, height) = (Int(image.width), Int(image.height))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * width * height)
    for pixel in stride(from: 0, to: rgba.count, by: 4) {
      let alpha = Int(rgba[pixel + 3])
      for channel in 0..<3 {
        bytes.append(UInt8((Int(rgba[pixel + channel]) * alpha + 255 * (255 - alpha) + 127) / 255))
      }
    }
    self.init(width: width, height: height, bytes: bytes)
  }

  /// The picture's samples, four per pixel. libpng keeps the address of `image` from the first call to the
  /// last.
  private static func decode(
    _ image: UnsafeMutablePointer<png_image>, _ bytes: UnsafeRawBufferPointer, file: String
  ) -> Result<[UInt8], PictureError> {
    defer { png_image_free(image) }
    guard png_image_begin_read_from_memory(image, bytes.baseAddress, bytes.count) != 0 else {
      return .failure(.damaged(file: file, reason: message(image.pointee)))
    }
    let (width, height) = (Int(image.pointee.width), Int(image.pointee.height))
    guard width * height <= maximumPixels else {
      return .failure(.tooLarge(file: file, width: width, height: height))
    }
    image.pointee.format = rgba
    // Without the flag, 16-bit samples of a file that names no gamma would be taken for linear light.
    image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    var samples = [UInt8](repeating: 0, count: 4 * width * height)
    guard png_image_finish_read(image, nil, &samples, 0, nil) != 0 else {
      return .failure(.damaged(file: file, reason: message(image.pointee)))
    }
    return .success(samples)
  }

  /// The picture as an 8-bit RGB PNG.
  ///
  /// - Throws: ``PictureError`` when libpng can't encode it.
  package func pngData() throws(PictureError) -> Data {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = Self.rgb
    let encoded = withUnsafeMutablePointer(to: &image) { image -> Result<Data, PictureError> in
      defer { png_image_free(image) }
      var size = 0
      guard png_image_write_to_memory(image, nil, &size, 0, bytes, 0, nil) != 0 else {
        return .failure(.notEncoded(reason: Self.message(image.pointee)))
      }
      var data = Data(count: size)
      let isWritten = data.withUnsafeMutableBytes {
        png_image_write_to_memory(image, $0.baseAddress, &size, 0, bytes, 0, nil) != 0
      }
      return isWritten ? .success(data) : .failure(.notEncoded(reason: Self.message(image.pointee)))
    }
    return try encoded.get()
  }

  /// Writes the picture as an 8-bit RGB PNG file, replacing what is there.
  ///
  /// - Throws: ``PictureError``.
  package func writePNG(to url: URL) throws(PictureError) {
    let data = try pngData()
    do { try data.write(to: url, options: .atomic) } catch {
      throw .unwritable(file: url.path, reason: error.localizedDescription)
    }
  }

  /// libpng's message: a C string in a fixed array.
  private static func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
