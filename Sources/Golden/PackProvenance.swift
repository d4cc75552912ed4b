import Foundation

/// Which pack of goldens it is, and where it comes from.
package struct PackProvenance: Sendable, Hashable {
  /// The pack's folder.
  package let name: String
  /// SHA-256 of the manifest, which lists every file's own; lower-case hexadecimal.
  package let sha256: String
  /// Generator, version, seed, truth and libraries, as far as the manifest names them.
  package let summary: String

  /// The packs that lie directly in `folder`, in the order of their names. A manifest that can't be read is left out:
  /// reading the pack has refused it already.
  package static func packs(in folder: URL) -> [PackProvenance] {
    let children =
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return children.sorted { $0.lastPathComponent < $1.lastPathComponent }.compactMap { pack in
      guard let bytes = try? Data(contentsOf: pack.appending(path: Manifest.fileName)),
        let contents = try? JSONDecoder().decode(Contents.self, from: bytes)
      else { return nil }
      return PackProvenance(
        name: pack.lastPathComponent, sha256: Manifest.sha256(bytes),
        summary: contents.provenance?.summary ?? "")
    }
  }

  private struct Contents: Decodable {
    var provenance: Provenance?
  }

  private struct Provenance: Decodable {
    var generator: String?
    var version: String?
    var seed: Int?
    var truth: String?
    var libraries: [String: String]?

    var summary: String {
      let parts = [
        generator, version.map { "version \($0)" }, seed.map { "seed \($0)" }, truth.map { "truth in \($0)" },
      ]
      let libraries = (libraries ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      return (parts.compactMap { $0 } + libraries).joined(separator: ", ")
    }
  }
}
