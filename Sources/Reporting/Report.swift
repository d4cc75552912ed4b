import Detection
import Foundation
import History

/// Renders a recorded run. Nothing but the record goes in, so equal records give equal bytes.
package struct Report: Sendable {
  /// The forms that a report has.
  package enum Form: String, Sendable, CaseIterable {
    case html, markdown, json, junit, trace, benchmark

    fileprivate var fileExtension: String {
      switch self {
      case .html: "html"
      case .markdown: "md"
      case .json: "json"
      case .junit: "junit.xml"
      case .trace: "trace.json"
      case .benchmark: "benchmark.json"
      }
    }
  }

  private let contents: ReportContents

  package init(_ contents: ReportContents) { self.contents = contents }

  package init(_ run: RunRecord) { self.init(ReportContents(run)) }

  private var run: RunRecord { contents.run }

  /// The sentence on top of every form, for the terminal.
  package var verdict: String { Verdict(RunModel(contents)).sentence }

  /// What limits the verdict (interrupted, partial, untimed, debug build), a sentence each.
  package var notices: [String] { Verdict(RunModel(contents)).notices }

  /// The report in one form.
  ///
  /// - Throws: only for JSON, what its encoder throws.
  package func text(_ form: Form) throws -> String {
    switch form {
    case .html: HTMLPage(contents).text
    case .markdown: MarkdownSummary(contents).text
    case .json: try RunDocument(contents).jsonText()
    case .junit: JUnitReport(contents).text
    case .trace: try ChromeTrace(contents).jsonText(isIndented: false)
    case .benchmark: try GoogleBenchmark(contents).jsonText(isIndented: false)
    }
  }

  /// The file name that a run's report has: network, start and the beginning of its UUID.
  package func fileName(_ form: Form) -> String {
    let style = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
    let start = run.header.started.formatted(style)
    let name = [run.header.network, start, String(run.header.uuid.prefix(8))].joined(separator: "-")
    return name.safeInFileNames + "." + form.fileExtension
  }

  /// Writes every form into `folder`, which is made where it is absent, and the pictures of the figures beside them.
  ///
  /// - Returns: the files' paths, in the order of ``Form/allCases``, then the folder of pictures.
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
      if forms.contains(.html) { paths += try writeFigures(to: directory) }
    } catch {
      throw ReportError(folder: folder, reason: error.localizedDescription)
    }
    return paths
  }
}

extension Report {
  /// The figures as PNG files in a folder that bears the report's name.
  ///
  /// - Returns: the folder's path; nothing where there are no figures.
  private func writeFigures(to directory: URL) throws -> [String] {
    let attachments = Attachments(contents.documents)
    guard let figures = attachments.figures else { return [] }
    let folder = directory.appendingPathComponent("\(fileName(.html).dropLast(".html".count))-figures")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, picture) in FigurePictures(figures, attachments.picture).all {
      try picture.writePNG(to: folder.appendingPathComponent("\(name).png"))
    }
    return [folder.path]
  }
}

extension String {
  /// With everything but ASCII letters, digits, `-`, `_` and `.` replaced by `_`.
  var safeInFileNames: String {
    String(map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
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
