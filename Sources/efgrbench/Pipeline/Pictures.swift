import Backends
import Catalogue
import Detection
import Foundation
import Golden

extension Picture {
  /// Reads a PNG file that the user named.
  ///
  /// - Throws: ``ProgramError``.
  init(path: String) throws {
    do {
      try self.init(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ProgramError.badInput("\(error)")
    }
  }

  /// The picture that lies beside a network golden.
  ///
  /// - Throws: ``GoldenError`` where it can't be read, is another one, or is no PNG.
  init(of golden: NetworkGolden) throws(GoldenError) {
    let bytes = try golden.imageBytes()
    do {
      try self.init(png: bytes, file: golden.image)
    } catch {
      throw GoldenError(file: golden.url.path, rule: "its picture is of no use (\(error))")
    }
  }
}

extension NetworkFeed {
  /// Feeds a network of this input size with a picture.
  init(_ picture: Picture, size: Int) {
    self.init(image: picture.networkInput(size: size), pictureSize: (picture.width, picture.height))
  }
}

extension NetworkGolden {
  /// The catalogue's network of this name.
  ///
  /// - Throws: ``GoldenError`` where the catalogue has none.
  func catalogueNetwork() throws(GoldenError) -> Network {
    do {
      return try Network.named(network)
    } catch {
      throw GoldenError(file: url.path, rule: "the catalogue has no network called \"\(network)\"")
    }
  }
}
