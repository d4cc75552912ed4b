import Foundation
import History
import Testing

@testable import Reporting

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Counts elements and collects attributes, as any parser would see them.
private final class Elements: NSObject, XMLParserDelegate {
  var found: [(name: String, attributes: [String: String])] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    found.append((name, attributes))
  }

  static func all(in text: String) throws -> Elements {
    let elements = Elements()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = elements
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
    return elements
  }

  func named(_ name: String) -> [[String: String]] { found.filter { $0.name == name }.map(\.attributes) }
}

@Suite("JUnit")
struct JUnitTests {
  private let text = JUnitReport(ReportContents(FakeRun.troubled())).text

  @Test func theHead() {
    let expected = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="efgrnet-vgg16-320-coco" tests="110" failures="2" errors="2">
      <testsuite name="reference" tests="40" failures="0" errors="1" skipped="0" time="68.336" \
      timestamp="2026-11-23T03:25:47">
      <properties>
      <property name="run" value="0b6f1e1c-5a2f-4c8e-9d7a-3f1b2c4d5e6f"/>
      <property name="commit" value="8669d56a1b with uncommitted changes"/>
      <property name="machine" value="AMD EPYC"/>
      </properties>
      <testcase name="conv1_1" classname="efgrnet-vgg16-320-coco.reference"
      """
    #expect(text.hasPrefix(expected))
  }

  @Test func theCountsAreThoseOfTheElements() throws {
    let elements = try Elements.all(in: text)
    let suites = elements.named("testsuite")
    let sum = { (name: String) in suites.compactMap { $0[name].flatMap(Int.init) }.reduce(0, +) }
    let whole = try #require(elements.named("testsuites").first)
    #expect(whole["tests"] == "\(sum("tests"))" && sum("tests") == elements.named("testcase").count)
    #expect(whole["failures"] == "\(sum("failures"))" && sum("failures") == elements.named("failure").count)
    #expect(whole["errors"] == "\(sum("errors"))" && sum("errors") == elements.named("error").count)
    #expect(elements.named("failure").map { $0["message"] } == ["failed", "in the network failed"])
  }

  @Test func hostileNamesComeBackWhole() throws {
    let names = try Elements.all(in: text).named("testcase").compactMap { $0["name"] }
    #expect(names.contains("<script>alert(1)</script>"))
    #expect(names.contains("a,\"b|c`d"))
    #expect(names.contains("<img src=x>/bad.safetensors"))
    var run = FakeRun.complete()
    run.layers[0].name = "a\u{1}b\n\u{FFFF}"
    let cases = try Elements.all(in: JUnitReport(ReportContents(run)).text).named("testcase")
    #expect(cases.first?["name"] == "a\u{FFFD}b\n\u{FFFD}")
  }

  @Test func severalAlgorithmsAreTold() throws {
    let text = JUnitReport(FakeRun.withEverything()).text
    let names = try Elements.all(in: text).named("testcase").compactMap { $0["name"] }
    #expect(names.contains("conv1_2 (winograd_4x4_3x3)") && names.contains("conv1_2 (implicit_gemm)"))
  }
}

@Suite("Trace and benchmark")
struct TraceTests {
  private func object(_ form: Report.Form) throws -> [String: Any] {
    let text = try Report(FakeRun.withEverything()).text(form)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func theTraceIsATrackPerBackend() throws {
    let events = try #require(try object(.trace)["traceEvents"] as? [[String: Any]])
    let spans = events.filter { $0["ph"] as? String == "X" }
    let run = FakeRun.complete()
    #expect(spans.count == run.layers.reduce(0) { $0 + $1.results.count })
    for thread in 1...3 {
      let track = spans.filter { $0["tid"] as? Int == thread }
      var end = 0.0
      for span in track {
        let start = try #require(span["ts"] as? Double)
        #expect(abs(start - end) <= 1e-9 * max(1, end))
        end = start + (try #require(span["dur"] as? Double))
      }
    }
    #expect(spans.first?["name"] as? String == "conv1_1")
    #expect((spans.first?["args"] as? [String: Any])?["algorithm"] as? String == "naive")
    #expect(events.count { $0["ph"] as? String == "C" } == run.layers.count)
  }

  @Test func theBenchmarkHasEverySample() throws {
    let root = try object(.benchmark)
    let context = try #require(root["context"] as? [String: Any])
    #expect(context["num_cpus"] as? Int == 2)
    let benchmarks = try #require(root["benchmarks"] as? [[String: Any]])
    let first = try #require(benchmarks.first)
    #expect(first["name"] as? String == "efgrnet-vgg16-320-coco/conv1_1/reference")
    #expect(first["run_type"] as? String == "iteration" && first["time_unit"] as? String == "ns")
    #expect(first["repetitions"] as? Int == 15 && first["repetition_index"] as? Int == 0)
    #expect(
      Set(benchmarks.compactMap { $0["name"] as? String }).isSuperset(of: [
        "efgrnet-vgg16-320-coco/conv1_2/tiled", "efgrnet-vgg16-320-coco/conv1_2/tiled/winograd_4x4_3x3",
        "efgrnet-vgg16-320-coco/end_to_end/tiled",
      ]))
  }
}
