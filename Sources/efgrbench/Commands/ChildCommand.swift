import ArgumentParser
import Backends
import Catalogue
import Foundation

/// One arm of `ab`, in a process of its own: lines of requests on standard input, a line of answer to each.
struct ChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "child", abstract: "Serves \"efgrbench ab\" (not for users).", shouldDisplay: false)

  func run() throws {
    try endingProgram {
      let request: ChildRequest = try read(readLine() ?? "")
      guard request.schema == ChildRequest.schema else {
        throw ProgramError.badInput(
          "The request has the schema \(request.schema); this build knows \(ChildRequest.schema).")
      }
      switch request.task {
      case .verify: try write(try ChildVerification(request: request).reply())
      case .time:
        let timing = try ChildTiming(request)
        try write(timing.reply())
        while let line = readLine() { try take(line, timing) }
      }
      return .good
    }
  }

  private func take(_ line: String, _ timing: ChildTiming) throws {
    switch ChildTurn(line: line) {
    case .prepare(let subject):
      try timing.prepare(subject)
      try write(timing.reply())
    case .sample: write("\(try timing.sample())")
    case .report: try write(timing.reply(reports: true))
    case nil: throw ProgramError.badInput("\"\(line)\" is no turn of \(ChildRequest.schema).")
    }
  }

  private func read<Line: Decodable>(_ line: String) throws -> Line {
    do {
      return try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    } catch {
      throw ProgramError.badInput("The request is not one of \(ChildRequest.schema).")
    }
  }

  private func write(_ reply: ChildReply) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    write(String(decoding: try encoder.encode(reply), as: UTF8.self))
  }

  private func write(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
}
