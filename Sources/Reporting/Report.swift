import Foundation
import History

/// Renders a recorded run. Nothing but the record goes in, so equal records give equal bytes.
package struct Report: Sendable {
  /// The forms that a report has.
  package enum Form: String, Sendable, CaseIterable {
    case html, markdown, json

    fileprivate var fileExtension: String {
      switch self {
      case .html: "html"
      case .markdown: "md"
      case .json: "json"
      }
    }
  }

  private let run: RunRecord

  package init(_ run: RunRecord) { self.run = run }

  /// The sentence on top of every form, for the terminal.
  package var verdict: String { Verdict(RunModel(run)).sentence }

  /// What limits the verdict (interrupted, partial, untimed, debug build), a sentence each.
  package var notices: [String] { Verdict(RunModel(run)).notices }

  /// The report in one form.
  ///
  /// - Throws: only for JSON, what its encoder throws.
  package func text(_ form: Form) throws -> String {
    switch form {
    case .html: HTMLPage(run).text
    case .markdown: MarkdownSummary(run).text
    case .json: try RunDocument(run).jsonText()
    }
  }

  /// The file name that a run's report has: network, start and the beginning of its UUID.
  package func fileName(_ form: Form) -> String {
    let style = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
    let start = run.header.started.formatted(style)
    let name = [run.header.network, start, String(run.header.uuid.prefix(8))].joined(separator: "-")
    let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" }
    return String(safe) + "." + form.fileExtension
  }

  /// Writes every form into `folder`, which is made where it is absent.
  ///
  /// - Returns: the files' paths, in the order of ``Form/allCases``.
  /// - Throws: ``ReportError``.
  @discardableResult
  package func write(to folder: String, forms: [Form] = Form.allCases) throws(ReportError) -> [String] {
    let directory = URL(fileURLWithPath: folder, isDirectory: true)
    var paths: [String] = []
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      for form in forms {
        let file = directory.appendingPathComponent(fileName(form))
        try Data(try text(form).utf8).write(to: file, options: .atomic)
        paths.append(file.path)
      }
    } catch {
      throw ReportError(folder: folder, reason: error.localizedDescription)
    }
    return paths
  }
}

/// A report that could not be written.
package struct ReportError: Error, CustomStringConvertible, Sendable {
  package let folder: String
  package let reason: String

  package var description: String { "The report can't be written to \(folder): \(reason)" }

  /// The code that the program exits with.
  package var exitCode: Int32 { 65 }
}
