import Foundation

/// Small text files of /proc and /sys, absent ones being nil.
struct SystemFiles {
  /// The folder that holds `proc` and `sys`.
  let root: URL

  init(root: String) {
    self.root = URL(fileURLWithPath: root, isDirectory: true)
  }

  func text(_ path: String) -> String? {
    guard let handle = try? FileHandle(forReadingFrom: root.appendingPathComponent(path)),
      let data = try? handle.readToEnd()
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// The text without white space around it.
  func line(_ path: String) -> String? {
    text(path)?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  /// The names in a folder that match as a whole, sorted.
  func names(_ folder: String, matching pattern: Regex<Substring>) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent(folder).path)
    return (names ?? []).filter { $0.wholeMatch(of: pattern) != nil }.sorted()
  }
}
