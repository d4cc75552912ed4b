import Foundation
import History

@testable import Reporting

extension FakeRun {
  /// The complete run with candidates, a past, a run to compare with, and a document of every schema. Names in the
  /// documents are hostile.
  static func withEverything() -> ReportContents {
    var run = complete()
    var candidate = run.layers[1].results[1]
    candidate.algorithm = "winograd_4x4_3x3"
    candidate.maxRatio = 0.4
    candidate.timing?.median /= 2
    run.layers[1].results.append(candidate)
    var base = complete()
    base.layers[2].results[1].timing?.median *= 2
    base.layers[2].results[1].timing?.low *= 2
    base.layers[2].results[1].timing?.high *= 2
    base.layers[3].results[1].status = .failed
    return ReportContents(
      run, past: past(of: run), base: base,
      documents: [
        document(errors(of: run), ErrorsDocument.schema), document(network(of: run), NetworkDocument.schema),
        document(figures, FiguresDocument.schema), document(picture, PictureDocument.schema),
        AttachedDocument(schema: "efgrbench-peers/1", json: peers),
        AttachedDocument(schema: "efgrbench-selftest/1", json: selftest),
        AttachedDocument(schema: "efgrbench-gate/1", json: gate),
        AttachedDocument(schema: "efgrbench-errors/1", json: "{\"schema\":1}"),
        AttachedDocument(schema: "unknown/7", json: "[1, null, {\"<b>\": \"</script>\"}]"),
      ])
  }

  private static func document(_ value: some Encodable, _ schema: String) -> AttachedDocument {
    AttachedDocument(schema: schema, json: (try? value.jsonText()) ?? "")
  }

  /// Thirty runs, the last of which is `run`.
  static func past(of run: RunRecord) -> Past {
    let count = 30
    let runs = (0..<count).map { place in
      PastRun(
        uuid: "\(place)", label: "<i>",
        started: run.header.started.addingTimeInterval(Double(place - count + 1) * 86400),
        commit: "c\(place)", status: .complete)
    }
    let results = run.layers.flatMap { layer in
      ["reference", "tiled", "openblas"].compactMap { backend -> PastResults? in
        guard let result = layer.result(of: backend), let median = result.timing?.median else { return nil }
        return PastResults(
          layer: layer.name, backend: backend,
          points: (0..<count).map { place in
            PastResults.Point(
              run: place, median: place == 3 ? nil : median * (1 + Double(place * 7 % 5) / 50),
              ratio: result.maxRatio,
              isGood: place != 4)
          })
      }
    }
    return Past(
      runs: runs, results: results,
      totals: ["tiled": (0..<count).map { $0 == 2 ? nil : 5e8 + Double($0) * 1e6 }])
  }

  static func errors(of run: RunRecord) -> ErrorsDocument {
    ErrorsDocument(
      spreads: run.layers.flatMap { layer in
        layer.results.enumerated().map { place, result in
          ErrorsDocument.Spread(
            layer: layer.name, backend: result.backend, algorithm: result.algorithm,
            ratios: (0..<17).map { $0 < 12 ? 1000 >> $0 : 0 }, ulps: (0..<18).map { $0 < 9 ? 4096 >> $0 : 0 },
            map: place == 0
              ? nil
              : LevelMap(
                rows: 4, columns: 5,
                ratios: (0..<20).map { $0 == 7 ? nil : exp2(-Double($0)) * (result.maxRatio ?? 0) }))
        }
      })
  }

  static func network(of run: RunRecord) -> NetworkDocument {
    NetworkDocument(
      layers: run.layers.enumerated().map { place, layer in
        NetworkDocument.Layer(
          layer: layer.name, liveBytes: 1_000_000 + place * 40_000,
          shares: [
            "tiled": .init(local: 1e-7, inherited: Double(place) * 1e-7, total: Double(place + 1) * 1e-7)
          ])
      },
      goldens: [.init(name: "layers-320", sha256: "ab12", provenance: "Golden/generate.py, <seed>")])
  }

  static let figures = FiguresDocument(
    backend: "tiled", picture: "photo@4",
    maps: [
      .init(
        layer: "fc7\"><b onload='x'>", title: "Backbone", meaning: "mean magnitude", rows: 2, columns: 3,
        low: 0,
        high: 1.5, levels: Data([0, 50, 100, 150, 200, 255]), differences: ["openblas": 1e-6, "<i>": 0],
        differenceLevels: [
          "openblas": DifferenceLevels([1, 2, 3, 4, 5, .nan], less: [1, 2 - 1e-6, 3 + 5e-7, 4, 5, 6]),
          "<i>": DifferenceLevels([0, 0, 0, 0, 0, 0], less: [0, 0, 0, 0, 0, 0]),
        ])
    ],
    sampling: [.init(layer: "deform1", x: 0.5, y: 0.5, points: (0..<18).map { Double($0) / 10 })],
    objects: [.init(name: "<b onload='x'>", label: 3, score: 0.75, box: [0.1, 0.2, 0.6, 0.9])], found: 4,
    otherObjects: ["openblas": 0])

  /// A PNG of one pixel, made by libpng elsewhere.
  static let picture = PictureDocument(
    name: "photo@4", width: 4, height: 4,
    png: Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC")
      ?? Data())

  static let peers = """
    {"schema": "efgrbench-peers/1", "network": "efgrnet-vgg16-320-coco", "threads": 2, "surprise": [1],
     "peers": [{"key": "ort", "name": "ONNX <Runtime>", "version": "1.32", "deform_conv": "native"},
      {"key": "ncnn", "name": "ncnn", "version": "1.0", "deform_conv": "plain", "settings": {"a": 1}}],
     "left_out": "boxes & filtering", "orders": [["ort", "ours", "ncnn"]],
     "whole": {"name": "whole", "kind": "network", "errors": {"ort": 4.2e-5, "ncnn": null}, "replaced": ["ncnn"],
      "best": "ort", "rounds": [{"ours": 1}],
      "ns": {"ort": {"median": 4.59e8, "low": 4.5e8, "high": 4.7e8, "confidence": 0.98},
       "ncnn": {"median": 3.1e8, "low": 3e8, "high": 3.2e8}, "ours": {"median": 5.02e8, "low": 5e8, "high": 5.1e8}},
      "ratios": {"ort": {"median": 1.07, "low": 0.99, "high": 1.21}, "ncnn": {"median": 1.6}, "best": {"median": 1.07}}},
     "layers": [{"name": "conv1_2", "kind": "conv2d", "algorithm": "implicit_gemm", "best": "ort",
      "ns": {"ort": {"median": 2e7}, "ours": {"median": 1.9e7}}, "ratios": {"ort": {"median": 0.95}}}],
     "geometric_means": {"conv2d": {"ort": {"median": 0.93, "low": 0.91, "high": 0.97}, "best": {"median": 0.93}},
      "deform_conv2d": {}}}
    """

  static let gate = """
    {"schema": "efgrbench-gate/1", "blocks": 12, "comparisons": 60, "machine": {},
     "measured": [{"slow_down": 0, "suites": 40, "false_red": 0, "changed": 0, "found": 0},
      {"slow_down": 0.05, "suites": 10, "false_red": 0, "changed": 10, "found": 9}],
     "simulated": [{"slow_down": 0.02, "count": {"suites": 1000, "false_red": 1, "changed": 1000, "found": 400}},
      {"slow_down": 0.1, "count": {"suites": 1000, "false_red": 0, "changed": 1000, "found": 1000}}]}
    """

  static let selftest = """
    {"schema": "efgrbench-selftest/1", "kernels": [
      {"id": "sum.lost-last", "kind": "conv2d", "sentence": "The last <term> is lost.", "outcome": "caught",
       "caught_by": {"comparison": 3, "projection": 0}},
      {"id": "tail", "kind": "conv2d", "sentence": "Tails are <b>not</b> written.", "outcome": "missed", "caught_by": {}},
      {"id": "same", "kind": "relu", "outcome": "equivalent"}],
     "comparators": [{"id": "nan", "sentence": "NaN passes.", "outcome": "caught"}],
     "smallest_errors": [{"kind": "conv2d", "smallest_caught": 1.0, "largest_passed": 0.99}], "defects": []}
    """
}
