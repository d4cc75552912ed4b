import ArgumentParser
import Foundation
import History
import Reporting

/// The main job.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Verifies and times every layer on every implementation, records it and writes a report.",
    discussion: "Example: efgrbench run --network efgrnet-vgg16-320-coco --layers 'conv3_*' --quick")

  @OptionGroup var network: NetworkOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var golden: GoldenOptions
  @OptionGroup var record: RecordOptions
  @Flag(help: "A first impression in under a minute: few samples, the naive loops not chained.")
  var quick = false
  @Option(help: ArgumentHelp("The folder for reports.", valueName: "folder"))
  var out = "Reports"
  @Option(help: ArgumentHelp("A name for the run in lists and reports.", valueName: "text"))
  var label = ""

  func run() throws {
    try endingProgram {
      Interruption.listen()
      try Self.checkWritable(folder: out)
      let database = try HistoryDatabase(path: record.db, for: .recording)
      let session = try Session(network, compute, golden: golden.golden, isQuick: quick)
      session.warn()
      let recorder = try database.begin(session.header(label: label, options: options))
      if let hotCode = HotCode.ofThisProgram() { try recorder.record(hotCode: hotCode) }
      for (file, message) in session.shelf.refused {
        try recorder.record(RefusedFile(file: file, message: message))
      }
      // What was recorded is finished and reported even where a later layer could not be tried.
      let tally = Result { try perform(session, recorder, database) }
      let isWhole = !Interruption.isRequested && (try? tally.get()) != nil
      try recorder.finish(isWhole ? .complete : .interrupted)
      let contents = try ReportContents(recorder.uuid, in: database)
      print(try database.selftestSentence(for: contents.run.header.environment))
      let report = Report(contents)
      report.printSummary(paths: try report.write(to: out))
      return max(try tally.get().status, session.status)
    }
  }

  private func perform(
    _ session: Session, _ recorder: RunRecorder, _ database: HistoryDatabase
  ) throws -> SideBySide.Tally {
    let work = session.sideBySide()
    var records: [LayerRecord] = []
    let table = LiveTable(
      backends: session.workbench.backends.map(\.name), width: Terminal.width(of: STDOUT_FILENO))
    print(table.head)
    let progress = Progress()
    var tally = try work.run(progress) { layer in
      try recorder.record(layer)
      records.append(layer)
      progress.clear()
      print(table.text(layer))
      fflush(nil)
    }
    progress.show("timing the whole network", done: records.count, total: session.steps.count)
    defer { progress.clear() }
    for total in try work.totals(of: records, &tally) { try recorder.record(total) }
    try recorder.attach(work.notes, of: session, work, to: database)
    session.workbench.remember(tally.choices)
    try recorder.attach(document: tally.evidence, schema: Evidence.schema)
    print()
    for sentence in tally.evidence.sentences { print(sentence) }
    return tally
  }

  private var options: [String: String] {
    var options = ["quick": "\(quick)", "golden": golden.golden]
    options["layers"] = network.layers
    options["backends"] = compute.backends
    return options
  }

  /// Fails before any work is done where the reports could not be written after it.
  static func checkWritable(folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let probe = URL(fileURLWithPath: folder).appending(path: ".efgrbench-\(UUID().uuidString)")
      try Data().write(to: probe)
      try FileManager.default.removeItem(at: probe)
    } catch {
      throw ProgramError.badInput(
        "The folder \(folder) for reports can't be written: \(error.localizedDescription)")
    }
  }
}

extension Session {
  /// What was wrong before the first layer: refused files, and an OpenBLAS that was asked for and computes wrongly.
  var status: ExitStatus {
    if !shelf.refused.isEmpty { return .badInput }
    return workbench.oracleFault == nil ? .good : .notCovered
  }
}

extension Report {
  /// The verdict and where the reports are.
  func printSummary(paths: [String]) {
    print()
    print(verdict)
    for notice in notices { print(notice) }
    for path in paths { print("  \(path)") }
  }
}
