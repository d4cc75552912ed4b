import ArgumentParser

/// A command of the contract whose work has not been built: it says so and ends as a usage error, so that no script
/// takes silence for success.
protocol LaterCommand: ParsableCommand {}

extension LaterCommand {
  func run() throws {
    try endingProgram {
      throw ProgramError.usage(
        "\"\(Self.configuration.commandName ?? "")\" is not there yet; this version has run, verify, bench, detect, "
          + "layers, report, selftest and history list/show.")
    }
  }
}

/// Two recorded runs against each other.
struct CompareCommand: LaterCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compares two recorded runs (not there yet).",
    discussion: "Example: efgrbench compare baseline latest")
  @Argument(parsing: .allUnrecognized) var arguments: [String] = []
}

/// Two builds against each other.
struct ABCommand: LaterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ab", abstract: "Compares two builds in interleaved processes (not there yet).",
    discussion: "Example: efgrbench ab --base old/efgrbench --head new/efgrbench")
  @Argument(parsing: .allUnrecognized) var arguments: [String] = []
}
