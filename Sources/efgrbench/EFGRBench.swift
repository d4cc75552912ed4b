import ArgumentParser

@main
struct EFGRBench: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "efgrbench")
}
