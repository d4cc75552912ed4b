import Crypto
import Foundation

/// A pack's `manifest.json`: the size and hash of every file in the folder.
struct Manifest {
  struct Item {
    let sha256: String
    let bytes: Int
  }

  let items: [String: Item]

  static let fileName = "manifest.json"
  static let format = "efgrnet-golden-pack/1"

  init(_ bytes: Data) throws(FormatViolation) {
    let fields = try JSONValue.parseObject(String(decoding: bytes, as: UTF8.self), as: "the manifest")
    guard case .string(Self.format)? = fields["format"] else {
      throw FormatViolation("the manifest's format must be \"\(Self.format)\"")
    }
    guard case .object(let files)? = fields["files"] else {
      throw FormatViolation("the manifest lacks \"files\", an object")
    }
    var items: [String: Item] = [:]
    for (name, value) in files {
      guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
        throw FormatViolation("the manifest lists \"\(name)\", which is no plain file name")
      }
      guard case .object(let item) = value, case .string(let sha256)? = item["sha256"],
        let bytes = item["bytes"]?.count
      else { throw FormatViolation("the manifest's entry for \(name) lacks sha256 or bytes") }
      items[name] = Item(sha256: sha256.lowercased(), bytes: bytes)
    }
    self.items = items
  }

  /// Holds a file's bytes against its entry.
  func check(_ bytes: Data, of name: String) throws(FormatViolation) {
    guard let item = items[name] else { throw FormatViolation("the pack's manifest does not list it") }
    guard bytes.count == item.bytes else {
      throw FormatViolation("it has \(bytes.count) bytes, but the pack's manifest says \(item.bytes)")
    }
    let digest = Self.sha256(bytes)
    guard digest == item.sha256 else {
      throw FormatViolation("its sha256 is \(digest), but the pack's manifest says \(item.sha256)")
    }
  }

  /// The SHA-256 of `bytes` in lower-case hexadecimal.
  static func sha256(_ bytes: Data) -> String {
    SHA256.hash(data: bytes).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }
}
