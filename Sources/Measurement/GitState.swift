import Foundation

/// Which commit a folder has checked out.
package struct GitState: Sendable, Hashable, Codable {
  /// 40 hex digits, or "unknown" outside of a checkout and where git is not installed.
  package var commit: String
  /// Whether tracked files differ from the commit; nil where that is unknown.
  package var isDirty: Bool?

  package init(commit: String, isDirty: Bool?) {
    self.commit = commit
    self.isDirty = isDirty
  }

  package static let unknown = GitState(commit: "unknown", isDirty: nil)

  /// Asks git about `folder`.
  package static func of(folder: String = FileManager.default.currentDirectoryPath) -> GitState {
    guard let commit = git(["rev-parse", "HEAD"], in: folder), commit.count >= 40 else { return unknown }
    let changes = git(["status", "--porcelain", "--untracked-files=no"], in: folder)
    return GitState(commit: commit, isDirty: changes.map { !$0.isEmpty })
  }

  /// What git prints, trimmed; nil when it fails.
  private static func git(_ arguments: [String], in folder: String) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = try? output.fileHandleForReading.readToEnd()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data ?? Data(), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
