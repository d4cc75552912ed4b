import Foundation
import Gate
import Measurement

/// Runs builds one after the other and watches what happens around them.
struct ChildRunner {
  let builds: Builds
  /// Nanoseconds of a call of the control kernel in this process.
  let controlKernel: () -> Double

  /// Runs one arm to its end.
  ///
  /// - Throws: ``ProgramError`` where the program fails or does not understand.
  func run(_ arm: BlockArm, _ request: ChildRequest) throws -> (
    reply: ChildReply, conditions: VisitConditions
  ) {
    let kernel = controlKernel()
    let before = ChildUsage.now()
    let (wall, reply) = try MonotonicClock.time { try answer(of: arm, to: request) }
    let usage = ChildUsage.now().since(before)
    let conditions = VisitConditions(
      wall: Double(wall), steal: usage.steal, involuntarySwitches: usage.involuntarySwitches,
      minorFaults: usage.minorFaults, majorFaults: usage.majorFaults, controlKernel: kernel)
    return (reply, conditions)
  }

  private func answer(of arm: BlockArm, to request: ChildRequest) throws -> ChildReply {
    let process = Process()
    process.executableURL = builds.url(of: arm)
    process.arguments = ["child"]
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch {
      throw ProgramError.badInput("\(path(of: arm)) can't be run: \(error.localizedDescription)")
    }
    // A request is a few kilobytes, less than a pipe holds, so writing before reading can't block; a program that
    // takes none is judged by how it ends.
    try? input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request))
    try? input.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if Interruption.isRequested { throw Interrupted() }
    guard process.terminationReason == .exit, process.terminationStatus == 0,
      let reply = try? JSONDecoder().decode(ChildReply.self, from: data), reply.schema == ChildRequest.schema
    else {
      let reason = words.split(separator: "\n").first.map { ": \($0)" } ?? ""
      throw ProgramError.badInput(
        "\(path(of: arm)) does not serve \"ab\" (\(ChildRequest.schema)); it ended with \(process.terminationStatus)\(reason)"
      )
    }
    return reply
  }

  private func path(of arm: BlockArm) -> String { arm == .head ? builds.head.path : builds.base.path }

  /// The user asked to stop.
  struct Interrupted: Error, CustomStringConvertible {
    var description: String { "The user stopped it before anything was measured." }
  }
}
