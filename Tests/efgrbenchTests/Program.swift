import Foundation
import Testing

/// The built program, run as a user runs it.
struct Program {
  let status: Int32
  let output: String
  let errors: String

  /// Runs `efgrbench` with `arguments` in a folder of its own and waits for it.
  @discardableResult
  init(_ arguments: [String], in folder: URL) throws {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // What is written is far below a pipe's capacity, so reading one after the other can't block.
    self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    self.errors = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
  }

  /// Beside the test bundle, where the package manager puts every product.
  static let executable = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "efgrbench")
}

/// A folder that lasts as long as a test.
final class Workspace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "efgrbench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func run(_ arguments: String...) throws -> Program { try run(arguments) }

  func run(_ arguments: [String]) throws -> Program { try Program(arguments, in: folder) }

  /// Makes a folder inside.
  func makeFolder(_ name: String) throws -> URL {
    let url = folder.appending(path: name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }
}
