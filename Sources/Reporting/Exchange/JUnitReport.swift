import Foundation
import History

/// The verification as JUnit XML, in the form that Jenkins' schema (junit-10.xsd) describes and CI systems read: a suite
/// per backend, a case per layer and algorithm. What is wrong is a failure; what could not tell right from wrong, has no
/// implementation or was refused is an error, for nothing is skipped in silence.
struct JUnitReport {
  private let model: RunModel

  init(_ contents: ReportContents) { model = RunModel(contents) }

  var text: String {
    let suites = model.backends.map(suite) + (model.run.refused.isEmpty ? [] : [refused])
    let cases = model.results.count + model.run.refused.count
    let document: XML = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="\(model.run.header.network)" tests="\(cases)" failures="\(model.results.count(where: isFailure))" \
      errors="\(model.results.count(where: isError) + model.run.refused.count)">
      \(suites)</testsuites>

      """
    return document.text
  }

  private typealias Entry = (layer: LayerRecord, result: ResultRecord)

  private func isFailure(_ entry: Entry) -> Bool { statuses(entry.result).contains(.failed) }

  private func isError(_ entry: Entry) -> Bool { !entry.result.isGoodThroughout && !isFailure(entry) }

  private func statuses(_ result: ResultRecord) -> [ResultStatus] {
    [result.status] + (result.chained.map { [$0.status] } ?? [])
  }

  private var timestamp: String {
    String(model.run.header.started.formatted(Date.ISO8601FormatStyle()).prefix(19))
  }

  private func suite(_ backend: String) -> XML {
    let entries = model.results.filter { $0.result.backend == backend }
    let time = entries.reduce(0) { $0 + ($1.result.timing?.median ?? 0) }
    return """
      <testsuite name="\(backend)" tests="\(entries.count)" failures="\(entries.count(where: isFailure))" \
      errors="\(entries.count(where: isError))" skipped="0" time="\(seconds: time)" timestamp="\(timestamp)">
      <properties>
      <property name="run" value="\(model.run.header.uuid)"/>
      <property name="commit" value="\(model.run.header.environment.git.reportText)"/>
      <property name="machine" value="\(model.run.header.machine.cpuModel)"/>
      </properties>
      \(entries.map(testCase))</testsuite>

      """
  }

  private func testCase(_ entry: Entry) -> XML {
    let (layer, result) = entry
    let name =
      model.run.layers.contains {
        $0.name == layer.name && $0.results.count { $0.backend == result.backend } > 1
      }
      ? "\(layer.name) (\(result.algorithm))" : layer.name
    let head: XML =
      "<testcase name=\"\(name)\" classname=\"\(model.run.header.network).\(result.backend)\" time=\"\(seconds: result.timing?.median ?? 0)\""
    guard !result.isGoodThroughout else { return "\(head)/>\n" }
    let chained = result.chained.flatMap { $0.status.isGood ? nil : $0.status }
    let alone = result.status.isGood ? nil : result.status
    let type = isFailure(entry) ? ResultStatus.failed : alone ?? chained ?? result.status
    let bad = [alone?.rawValue, chained.map { "in the network \($0.rawValue)" }].compactMap { $0 }
      .joined(separator: ", ")
    let body = [result.message, result.repro.isEmpty ? "" : "Repeat: \(result.repro)"]
      .filter { !$0.isEmpty }.joined(separator: "\n")
    let element: (open: XML, close: XML) =
      isFailure(entry)
      ? ("<failure message=\"\(bad)\" type=\"\(type.rawValue)\">", "</failure>")
      : ("<error message=\"\(bad)\" type=\"\(type.rawValue)\">", "</error>")
    return "\(head)>\n\(element.open)\(body)\(element.close)\n</testcase>\n"
  }

  /// Case files that could not be used.
  private var refused: XML {
    let cases = model.run.refused.map { file -> XML in
      """
      <testcase name="\(file.file)" classname="\(model.run.header.network).files" time="0">
      <error message="refused" type="refused">\(file.message)</error>
      </testcase>

      """
    }
    return """
      <testsuite name="case files" tests="\(cases.count)" failures="0" errors="\(cases.count)" skipped="0" time="0" \
      timestamp="\(timestamp)">
      \(cases)</testsuite>

      """
  }
}
