import ArgumentParser
import Backends
import Catalogue
import Foundation

/// One arm of `ab`, in a process of its own: a request on standard input, an answer on standard output.
struct ChildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "child", abstract: "Serves \"efgrbench ab\" (not for users).", shouldDisplay: false)

  func run() throws {
    try endingProgram {
      let input = try FileHandle.standardInput.readToEnd() ?? Data()
      let request: ChildRequest
      do {
        request = try JSONDecoder().decode(ChildRequest.self, from: input)
      } catch {
        throw ProgramError.badInput("The request is not one of \(ChildRequest.schema).")
      }
      guard request.schema == ChildRequest.schema else {
        throw ProgramError.badInput(
          "The request has the schema \(request.schema); this build knows \(ChildRequest.schema).")
      }
      let reply =
        switch request.task {
        case .verify: try ChildVerification(request: request).reply()
        case .time: try ChildTiming(request).reply()
        }
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      FileHandle.standardOutput.write(try encoder.encode(reply))
      return .good
    }
  }
}
