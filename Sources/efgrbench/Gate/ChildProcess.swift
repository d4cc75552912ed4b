import Foundation
import Gate
import Measurement

/// A build that serves one request, in a process of its own.
final class ChildProcess {
  let arm: BlockArm
  private let path: String
  private let process = Process()
  private let (input, output, errors) = (Pipe(), Pipe(), Pipe())
  private var unread = Data()

  /// Starts it and hands it the request, which it will answer.
  ///
  /// - Throws: ``ProgramError`` where the program can't be run.
  init(_ arm: BlockArm, of builds: Builds, _ request: ChildRequest) throws {
    self.arm = arm
    path = arm == .head ? builds.head.path : builds.base.path
    process.executableURL = builds.url(of: arm)
    process.arguments = ["child"]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch {
      throw ProgramError.badInput("\(path) can't be run: \(error.localizedDescription)")
    }
    send(request)
  }

  /// Asks for a turn; ``receive()`` gives the answer, ``receiveSample()`` that to a sample.
  func send(_ turn: ChildTurn) { write(Data(turn.line.utf8)) }

  private func send(_ request: ChildRequest) { (try? JSONEncoder().encode(request)).map(write) }

  /// A line is a few kilobytes, less than a pipe holds, so writing before reading can't block; a program that takes none
  /// is judged by how it ends.
  private func write(_ line: Data) {
    try? input.fileHandleForWriting.write(contentsOf: line + Data("\n".utf8))
  }

  /// The next answer.
  ///
  /// - Throws: ``ProgramError`` where the program failed or does not understand, ``Interrupted`` where the user stopped it.
  func receive() throws -> ChildReply {
    let line = try receiveLine()
    guard let reply = try? JSONDecoder().decode(ChildReply.self, from: line),
      reply.schema == ChildRequest.schema
    else { throw failure() }
    return reply
  }

  /// The answer to a sample: nanoseconds per call.
  ///
  /// - Throws: as ``receive()`` does.
  func receiveSample() throws -> Double {
    let line = try receiveLine()
    guard let time = Double(String(decoding: line, as: UTF8.self)) else { throw failure() }
    return time
  }

  private func receiveLine() throws -> Data {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = unread[..<end]
        unread = unread[unread.index(after: end)...]
        return line
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { throw failure() }
      unread += more
    }
  }

  /// Lets it end and waits until it has.
  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private func failure() -> any Error {
    end()
    if Interruption.isRequested { return Interrupted() }
    let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let reason = words.split(separator: "\n").first.map { ": \($0)" } ?? ""
    return ProgramError.badInput(
      "\(path) does not serve \"ab\" (\(ChildRequest.schema)); it ended with \(process.terminationStatus)\(reason)"
    )
  }

  /// The user asked to stop.
  struct Interrupted: Error, CustomStringConvertible {
    var description: String { "The user stopped it before anything was measured." }
  }
}
