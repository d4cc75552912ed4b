import Foundation
import Testing

@testable import History

@Suite("What survives")
struct KillSafetyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A second connection sees every finished layer at once, whole: what a killed run leaves is what a reader sees.
  @Test func everyFinishedLayerIsSeenFromOutside() throws {
    let path = folder.path("history.sqlite")
    let recorder = try HistoryDatabase(path: path, for: .recording).begin(.sample())
    let reader = try HistoryDatabase(path: path, for: .reading)
    for position in 0..<5 {
      let layer = LayerRecord.sample("conv\(position)", position: position)
      try recorder.record(layer)
      let seen = try reader.run()
      #expect(seen.status == .running)
      #expect(seen.layers.count == position + 1)
      #expect(seen.layers.last == layer)
    }
  }

  /// A layer whose transaction fails half-way leaves nothing.
  @Test func halfALayerIsNoLayer() throws {
    let database = try HistoryDatabase(path: folder.path("history.sqlite"), for: .recording)
    let recorder = try database.begin(.sample())
    var layer = LayerRecord.sample()
    layer.results.append(layer.results[0])
    #expect(throws: HistoryError.self) { try recorder.record(layer) }
    #expect(try database.run().layers.isEmpty)
  }

  /// The files as they lie on disk in the middle of a run, write-ahead log included, open elsewhere.
  @Test func aCopyTakenInTheMiddleOpens() throws {
    let recorder = try HistoryDatabase(path: folder.path("history.sqlite"), for: .recording)
      .begin(.sample())
    try recorder.record(LayerRecord.sample())
    try FileManager.default.createDirectory(
      atPath: folder.path("copy"), withIntermediateDirectories: true)
    for name in ["history.sqlite", "history.sqlite-wal"] {
      try FileManager.default.copyItem(atPath: folder.path(name), toPath: folder.path("copy/\(name)"))
    }
    let copy = try HistoryDatabase(path: folder.path("copy/history.sqlite"), for: .reading)
    #expect(try copy.run().layers == [.sample()])
  }

  @Test func twoRunsWriteSideBySide() async throws {
    let path = folder.path("history.sqlite")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for run in 0..<2 {
        group.addTask {
          let database = try HistoryDatabase(path: path, for: .recording)
          let recorder = try database.begin(.sample(uuid: "run-\(run)", started: Double(run)))
          for position in 0..<20 {
            try recorder.record(LayerRecord.sample("conv\(position)", position: position))
          }
          try recorder.finish(.complete)
        }
      }
      try await group.waitForAll()
    }
    let database = try HistoryDatabase(path: path, for: .reading)
    #expect(try database.run("run-0").layers.count == 20)
    #expect(try database.run("run-1").layers.count == 20)
  }
}
