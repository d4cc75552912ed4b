import ArgumentParser

/// The program: one subcommand per file in Commands, everything else in the rooms that they wire together.
@main
struct EFGRBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "efgrbench",
    abstract: "Verifies and benchmarks every layer of EFGRNet, side by side on several implementations.",
    discussion: """
      Example: efgrbench run --quick
      Exit codes: 0 all good, 10 a correctness check failed, 20 something got slower, 21 improvement only, 30 too \
      noisy to tell, 31 no baseline, 32 not comparable, 40 something was not measured or verified, 64 usage, 65 bad \
      input, 70 internal error, 75 the database is busy.
      """,
    subcommands: [
      RunCommand.self, VerifyCommand.self, BenchCommand.self, CompareCommand.self, ABCommand.self,
      HistoryCommand.self, ReportCommand.self, LayersCommand.self, DetectCommand.self, SelftestCommand.self,
      ChildCommand.self,
    ])
}
