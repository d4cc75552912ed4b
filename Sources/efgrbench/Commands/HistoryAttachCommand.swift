import ArgumentParser
import Foundation
import History

extension HistoryCommand {
  /// What another program measured, kept beside the runs.
  struct Attach: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "attach", abstract: "Keeps a JSON document in the record, with a run or for itself.",
      discussion: """
        The document is an object whose member "schema" is a name and a version, such as efgrbench-peers/1. Reports \
        show the kinds that they know.

        Example: efgrbench history attach peers.json --run latest
        """)
    @OptionGroup var record: RecordOptions
    @Argument(help: ArgumentHelp("The document.", valueName: "file.json"))
    var file: String
    @Option(
      name: .customLong("run"),
      help: ArgumentHelp(
        "The run it belongs to: its identifier, the beginning of it, or latest.", valueName: "id"))
    var reference: String?

    func run() throws {
      try endingProgram {
        let document = try AttachableDocument(file: file)
        try HistoryDatabase(path: record.db, for: reference == nil ? .recording : .reading)
          .attach(json: document.json, schema: document.schema, run: reference)
        print("\(document.schema) from \(file) is in \(record.db).")
        return .good
      }
    }
  }
}

/// A file that says what kind of document it is.
private struct AttachableDocument {
  let json: String
  let schema: String

  private struct Header: Decodable { let schema: String }

  /// - Throws: ``ProgramError`` where the file can't be read, is no JSON, or names no schema.
  init(file: String) throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw ProgramError.badInput("\(file) can't be read.")
    }
    guard let text = String(data: data, encoding: .utf8),
      let header = try? JSONDecoder().decode(Header.self, from: data),
      header.schema.wholeMatch(of: /[a-z0-9-]+\/[0-9]+/) != nil
    else {
      throw ProgramError.badInput(
        "\(file) is no JSON object with a \"schema\" of name and version, such as efgrbench-peers/1.")
    }
    json = text
    schema = header.schema
  }
}
