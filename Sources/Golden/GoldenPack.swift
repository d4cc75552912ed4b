import Foundation

/// Walks files, packs and folders of packs. One bad file never stops the others.
package enum GoldenPack {
  /// What one file turned out to be.
  package enum Entry: Sendable {
    case layer(GoldenCase)
    case network(NetworkGolden)
    /// A file, or a folder's manifest, that breaks a rule; `message` is the rule as a clause.
    case refused(file: String, message: String)
  }

  /// Every golden in `url`: a file, a pack, or a folder that holds packs at any depth. Folders and files come in
  /// sorted order.
  ///
  /// A folder with a `manifest.json` is a pack, whose files are verified against their size and SHA-256 first. In a
  /// folder without one, each `.safetensors` file is checked on its own.
  package static func entries(at url: URL) -> [Entry] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      return [.refused(file: url.path, message: "there is no such file or folder")]
    }
    guard isFolder.boolValue else { return [entry(at: url, manifest: nil)] }
    let entries = entries(inFolder: url)
    return entries.isEmpty ? [.refused(file: url.path, message: "the folder holds no golden file")] : entries
  }

  private static func entries(inFolder folder: URL) -> [Entry] {
    let contents: [URL]
    do {
      contents = try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
    } catch {
      return [
        .refused(file: folder.path, message: "the folder cannot be read (\(error.localizedDescription))")
      ]
    }
    let sorted = contents.sorted { $0.lastPathComponent < $1.lastPathComponent }
    let isFolder = { (url: URL) in (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
    }
    let files = sorted.filter { !isFolder($0) }
    var entries = pack(files, in: folder)
    for child in sorted.filter(isFolder) { entries += self.entries(inFolder: child) }
    return entries
  }

  /// The files of one folder.
  private static func pack(_ files: [URL], in folder: URL) -> [Entry] {
    var manifest: Manifest?
    if let url = files.first(where: { $0.lastPathComponent == Manifest.fileName }) {
      do throws(GoldenError) {
        manifest = try readManifest(url)
      } catch {
        return [.refused(file: error.file, message: error.rule)]
      }
    }
    let names = Set(files.map(\.lastPathComponent))
    var entries: [Entry] = (manifest?.items.keys.sorted() ?? []).filter { !names.contains($0) }.map {
      .refused(
        file: folder.appending(path: $0).path, message: "the pack's manifest lists it, but it is missing")
    }
    for url in files where url.pathExtension == "safetensors" {
      entries.append(entry(at: url, manifest: manifest))
    }
    for url in files where url.pathExtension != "safetensors" && manifest?.items[url.lastPathComponent] != nil
    {
      do throws(GoldenError) {
        _ = try bytes(of: url, manifest: manifest)
      } catch {
        entries.append(.refused(file: error.file, message: error.rule))
      }
    }
    return refusingRepeatedNames(entries)
  }

  private static func readManifest(_ url: URL) throws(GoldenError) -> Manifest {
    let bytes = try bytes(of: url, manifest: nil)
    do throws(FormatViolation) {
      return try Manifest(bytes)
    } catch {
      throw GoldenError(file: url.path, rule: error.rule)
    }
  }

  /// A file's bytes, after they were held against the manifest.
  private static func bytes(of url: URL, manifest: Manifest?) throws(GoldenError) -> Data {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: url)
    } catch {
      throw GoldenError(file: url.path, rule: "it cannot be read (\(error.localizedDescription))")
    }
    guard let manifest else { return bytes }
    do throws(FormatViolation) {
      try manifest.check(bytes, of: url.lastPathComponent)
      return bytes
    } catch {
      throw GoldenError(file: url.path, rule: error.rule)
    }
  }

  private static func entry(at url: URL, manifest: Manifest?) -> Entry {
    do throws(GoldenError) {
      let file = try GoldenFile(try bytes(of: url, manifest: manifest), url: url)
      if file.contents.metadata["format"] == NetworkGolden.format { return .network(try NetworkGolden(file)) }
      return .layer(try GoldenCase(file))
    } catch {
      return .refused(file: error.file, message: error.rule)
    }
  }

  /// A case's name is unique in its pack: the second of two is refused.
  private static func refusingRepeatedNames(_ entries: [Entry]) -> [Entry] {
    var seen: Set<String> = []
    return entries.map { entry in
      guard case .layer(let golden) = entry, !seen.insert(golden.name).inserted else { return entry }
      return .refused(
        file: golden.url?.path ?? golden.name, message: "its pack has another case called \"\(golden.name)\"")
    }
  }
}
