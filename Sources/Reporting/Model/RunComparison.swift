import Foundation
import History

/// Two runs of one network, layer by layer.
struct RunComparison {
  /// One layer on one backend in both.
  struct Row {
    let layer: LayerRecord
    let backend: String
    /// Before and now.
    let statuses: (ResultStatus, ResultStatus)
    let times: (Double?, Double?)
    let ratios: (Double?, Double?)
    /// Whether both were timed and their intervals do not touch.
    let isApart: Bool

    /// ln(now / before).
    var logRatio: Double? {
      guard let before = times.0, let now = times.1, before > 0, now > 0 else { return nil }
      return log(now / before)
    }
    var becameBad: Bool { statuses.0.isGood && !statuses.1.isGood }
    var becameGood: Bool { !statuses.0.isGood && statuses.1.isGood }
  }

  let base: RunRecord
  let rows: [Row]
  /// Why times can't be compared; empty where they can.
  let warning: String

  init(base: RunRecord, head: RunRecord) {
    self.base = base
    let before = Dictionary(base.layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    rows = head.layers.flatMap { layer in
      let backends = layer.results.map(\.backend).reduce(into: [String]()) {
        if !$0.contains($1) { $0.append($1) }
      }
      return backends.compactMap { backend -> Row? in
        guard let old = before[layer.name]?.result(of: backend), let new = layer.result(of: backend) else {
          return nil
        }
        return Row(
          layer: layer, backend: backend, statuses: (old.status, new.status),
          times: (old.timing?.median, new.timing?.median), ratios: (old.maxRatio, new.maxRatio),
          isApart: Self.areApart(old.timing, new.timing))
      }
    }
    let isSame =
      base.header.machine.identity == head.header.machine.identity
      && base.header.environment.threads == head.header.environment.threads
      && base.header.environment.instructionSet == head.header.environment.instructionSet
    warning =
      isSame ? "" : " They ran on different machines, threads or instruction sets: compare no times."
  }

  private static func areApart(_ old: TimingRecord?, _ new: TimingRecord?) -> Bool {
    guard let old, let new else { return false }
    return new.low > old.high || new.high < old.low
  }

  /// One sentence on a backend: how many layers are faster, slower, or have become wrong.
  func sentence(_ backend: String) -> String {
    let own = rows.filter { $0.backend == backend }
    let faster = own.count { $0.isApart && ($0.logRatio ?? 0) < 0 }
    let slower = own.count { $0.isApart && ($0.logRatio ?? 0) > 0 }
    let bad = rows.count { $0.becameBad }
    let times =
      faster + slower == 0
      ? "No layer's time differs clearly from run \(base.header.uuid.prefix(8))'s"
      : "Against run \(base.header.uuid.prefix(8)), \(Words.count(faster, "layer")) of \(backend) seem faster and \(slower) slower"
    return times + (bad > 0 ? ", and \(Words.count(bad, "result")) became wrong." : ".")
  }
}

extension RunModel {
  /// The run beside the one that it is compared with.
  var comparison: RunComparison? { base.map { RunComparison(base: $0, head: run) } }
}
