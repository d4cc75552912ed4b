import Crypto
import Foundation
import Gate
import Measurement

/// The executables of the three arms, side by side in a folder of their own: copies under paths of equal length, because
/// where a program's arguments and environment end up on its stack can move its times by percents (Mytkowicz et al. 2009),
/// and so that the control differs from the base by exactly what the head differs by: being another file.
final class Builds {
  private let folder: URL
  let base: Build
  let head: Build

  /// One side's executable.
  struct Build {
    /// As the user named it.
    let path: String
    /// Of the checkout that it lies in; not necessarily what it was built from.
    let git: GitState
    /// The digest of the machine code and constants; see ``HotCode``.
    let hotCode: String
  }

  /// - Throws: ``ProgramError`` where a file is missing or no program.
  init(base: String, head: String) throws {
    let files = FileManager.default
    self.base = try Self.read(base)
    self.head = try Self.read(head)
    folder = files.temporaryDirectory.appending(path: "efgrbench-ab-\(UUID().uuidString.prefix(8))")
    for (arm, path) in [(BlockArm.base, base), (.control, base), (.head, head)] {
      let copy = Self.url(of: arm, in: folder)
      try files.createDirectory(at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
      try files.copyItem(at: URL(fileURLWithPath: path).resolvingSymlinksInPath(), to: copy)
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Whether both builds compute with the same machine code.
  var isSameCode: Bool { base.hotCode == head.hotCode }

  func url(of arm: BlockArm) -> URL { Self.url(of: arm, in: folder) }

  private static func url(of arm: BlockArm, in folder: URL) -> URL {
    let name =
      switch arm {
      case .base: "a"
      case .control: "c"
      case .head: "b"
      }
    return folder.appending(path: name).appending(path: "efgrbench-child")
  }

  private static func read(_ path: String) throws -> Build {
    guard FileManager.default.isExecutableFile(atPath: path),
      let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    else { throw ProgramError.badInput("There is no program at \(path).") }
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path
    return Build(path: path, git: .of(folder: folder), hotCode: HotCode.digest(of: data))
  }
}

/// What of an executable bears on its speed: the sections that are loaded with code and constants. Debug information,
/// symbol names and build identifiers are left out, so builds that differ in comments alone are equal.
enum HotCode {
  /// SHA-256 in hex of the named sections' contents, or of the whole file where it is no 64-bit ELF.
  static func digest(of file: Data) -> String {
    var hash = SHA256()
    let parts = ELFSections(file)?.loadedContents ?? [file]
    for part in parts { hash.update(data: part) }
    return hash.finalize().map { String(format: "%02x", $0) }.joined()
  }

  /// The digest of the program that runs.
  static func ofThisProgram() -> String? {
    (try? Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe"), options: .mappedIfSafe)).map(digest)
  }
}
