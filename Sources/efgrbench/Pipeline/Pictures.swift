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
  init(of golden: NetworkGolden) throws {
    try self.init(path: golden.url.deletingLastPathComponent().appending(path: golden.image).path)
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
  /// - Throws: ``ProgramError`` where the catalogue has none.
  func catalogueNetwork() throws -> Network {
    do {
      return try Network.named(network)
    } catch {
      throw ProgramError.badInput("\(url.path) is refused: \(error.description)")
    }
  }
}
