import Detection
import Foundation
import History
import Testing

@testable import Reporting

@Suite("JSON documents")
struct DocumentTests {
  private let machine = FakeRun.header(plannedLayers: 1).machine

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func verifyHasTheContractsMembers() throws {
    let results = FakeRun.troubled().layers.flatMap { layer in
      layer.results.map { VerifyDocument.Result(case: layer.name, kind: layer.kind, result: $0) }
    }
    let document = VerifyDocument(
      machine: machine, results: results, refused: [RefusedFile(file: "x", message: "y")])
    let root = try object(try document.jsonText())
    #expect(Set(root.keys) == ["schema", "machine", "results", "refused", "summary", "coverage"])
    #expect(root["schema"] as? String == "efgrbench-verify/1")
    let first = try #require((root["results"] as? [[String: Any]])?.first)
    #expect(
      Set(first.keys) == [
        "case", "kind", "backend", "algorithm", "status", "elements", "max_abs_error", "max_ratio", "ulp",
        "first_failure", "repro", "message", "nonzero_share", "deterministic",
      ])
    #expect(first["first_failure"] is NSNull)
    #expect(Set((first["ulp"] as? [String: Any] ?? [:]).keys) == ["p50", "p99", "max"])
    let summary = try #require(root["summary"] as? [String: Int])
    #expect(Set(summary.keys) == Set(ResultStatus.allCases.map(\.rawValue)))
    #expect(summary["refused"] == 1)
    #expect(summary["failed"] == 1)
    #expect(summary["unimplemented"] == 0)
  }

  @Test func benchHasTheContractsMembers() throws {
    let root = try object(try BenchDocument(FakeRun.complete()).jsonText())
    #expect(Set(root.keys) == ["schema", "machine", "roofs", "results", "network_total"])
    #expect(root["schema"] as? String == "efgrbench-bench/1")
    let first = try #require((root["results"] as? [[String: Any]])?.first)
    #expect(
      Set(first.keys) == [
        "network", "layer", "kind", "backend", "algorithm", "threads", "median_ns", "ci_low_ns", "ci_high_ns",
        "samples", "gflops", "roof_fraction", "deterministic",
      ])
    let roofs = try #require(root["roofs"] as? [String: Any])
    #expect(roofs["gflops"] as? Double == 211)
    #expect(roofs["gbps"] as? Double == 28.4)
    let totals = try #require(root["network_total"] as? [[String: Any]])
    #expect(totals.count == 3)
    #expect(Set(totals[2].keys) == ["backend", "end_to_end_ns", "sum_of_layers_ns"])
    #expect(totals[2]["end_to_end_ns"] is NSNull)
  }

  @Test func layersAddUp() throws {
    let layers = FakeRun.complete().layers.map {
      LayersDocument.Layer(
        name: $0.name, kind: $0.kind, inputs: $0.inputShapes, output: $0.outputShape,
        parameters: $0.parameters, macs: $0.macs, bytes: $0.bytes)
    }
    let document = LayersDocument(network: "n", priors: 6375, layers: layers)
    #expect(document.totals.layers == layers.count)
    #expect(document.totals.convMacs + document.totals.deformConvMacs == document.totals.macs)
    let root = try object(try document.jsonText())
    #expect(root["schema"] as? String == "efgrbench-layers/1")
    #expect((root["totals"] as? [String: Int])?["priors"] == 6375)
  }

  @Test func theWholeRunIsThere() throws {
    let root = try object(try Report(FakeRun.troubled()).text(.json))
    #expect(root["schema"] as? String == "efgrbench-run/1")
    #expect(root["status"] as? String == "interrupted")
    #expect((root["layers"] as? [Any])?.count == 40)
    #expect((root["run"] as? [String: Any])?["started"] as? String == "2026-11-23T03:25:47.000Z")
  }

  @Test func whatOthersAttachedIsHandedOn() throws {
    let root = try object(try Report(FakeRun.withEverything()).text(.json))
    let attached = try #require(root["attached"] as? [[String: Any]])
    #expect(
      attached.compactMap { $0["schema"] as? String } == [
        "efgrbench-peers/1", "efgrbench-selftest/1", "efgrbench-gate/1", "unknown/7",
      ])
    #expect((attached[0]["document"] as? [String: Any])?["surprise"] as? [Int] == [1])
    #expect((root["errors"] as? [Any])?.isEmpty == false)
    #expect(((root["figures"] as? [String: Any])?["maps"] as? [Any])?.count == 1)
    #expect(((root["past"] as? [String: Any])?["runs"] as? [Any])?.count == 30)
  }

  @Test func numbersThatJSONLacksAreTamed() throws {
    let text = try [JSONNumber(.nan), JSONNumber(.infinity), JSONNumber(-.infinity), 1.5].jsonText()
    let values = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any])
    #expect(values[0] is NSNull)
    #expect(values[1] as? Double == Double.greatestFiniteMagnitude)
    #expect(values[2] as? Double == -Double.greatestFiniteMagnitude)
    #expect(values[3] as? Double == 1.5)
    let decoded = try JSONDecoder().decode([JSONNumber].self, from: Data(text.utf8))
    #expect(decoded[0].value.isNaN)
  }

  @Test func documentsComeBack() throws {
    let document = BenchDocument(FakeRun.complete())
    let data = Data(try document.jsonText().utf8)
    #expect(try JSONDecoder().decode(BenchDocument.self, from: data) == document)
  }
}

@Suite("Report files")
struct ReportFileTests {
  @Test func everyFormIsWritten() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let report = Report(FakeRun.complete())
    let paths = try report.write(to: folder.appendingPathComponent("new/folder").path)
    #expect(
      paths.map { URL(fileURLWithPath: $0).lastPathComponent } == [
        "efgrnet-vgg16-320-coco-20261123T032547Z-0b6f1e1c.html",
        "efgrnet-vgg16-320-coco-20261123T032547Z-0b6f1e1c.md",
        "efgrnet-vgg16-320-coco-20261123T032547Z-0b6f1e1c.json",
        "efgrnet-vgg16-320-coco-20261123T032547Z-0b6f1e1c.junit.xml",
        "efgrnet-vgg16-320-coco-20261123T032547Z-0b6f1e1c.trace.json",
        "efgrnet-vgg16-320-coco-20261123T032547Z-0b6f1e1c.benchmark.json",
      ])
    #expect(try String(contentsOfFile: paths[0], encoding: .utf8) == report.text(.html))
  }

  @Test func figuresAreFilesToo() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let last = try #require(try Report(FakeRun.withEverything()).write(to: folder.path, forms: [.html]).last)
    let files = try FileManager.default.contentsOfDirectory(atPath: last).sorted()
    #expect(
      files == [
        "detections.png", "fc7___b_onload__x__-less-_i_.png", "fc7___b_onload__x__-less-openblas.png",
        "fc7___b_onload__x__.png", "sampling.png",
      ])
    for file in files[1...3] {
      let map = try Picture(contentsOf: URL(fileURLWithPath: last).appendingPathComponent(file))
      #expect(map.width == 318 && map.height > 212)
    }
  }

  @Test func namesThatAreNoFileNamesAreMadeSafe() {
    var run = FakeRun.complete()
    run.header.network = "../a b"
    #expect(Report(run).fileName(.html) == ".._a_b-20261123T032547Z-0b6f1e1c.html")
  }

  @Test func aFolderThatCannotBeMadeIsNamed() {
    let error = #expect(throws: ReportError.self) {
      try Report(FakeRun.complete()).write(to: "/dev/null/reports")
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("/dev/null/reports") == true)
  }
}
