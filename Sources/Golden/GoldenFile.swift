import Foundation
import Tensors

/// A file of a pack, parsed but not yet understood.
struct GoldenFile {
  let url: URL
  let contents: Safetensors

  init(contentsOf url: URL) throws(GoldenError) {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: url)
    } catch {
      throw GoldenError(file: url.path, rule: "it cannot be read (\(error.localizedDescription))")
    }
    try self.init(bytes, url: url)
  }

  init(_ bytes: Data, url: URL) throws(GoldenError) {
    self.url = url
    do throws(SafetensorsError) {
      contents = try Safetensors(bytes)
    } catch {
      throw GoldenError(file: url.path, rule: error.rule)
    }
  }
}
