import Foundation
import Gate
import History

/// Carries verdicts into the states of regressions, and acceptances into verdicts.
struct RegressionBook {
  let database: HistoryDatabase
  /// Nil where the verdict has nothing to do with a series.
  let series: String?
  /// Whether new blocks have confirmed what got slower, as `ab` does. Its base is any build, so that no change against it
  /// mends nothing: only a gain that makes up for the loss, within the verdict's own margin, does.
  var isConfirmed = false
  var now = Date()

  /// Marks what is accepted, and enters what is new, seen again or gone. A record that can't be written is only noted.
  func enter(_ verdict: inout GateVerdict) throws {
    guard let series, verdict.obstacle == nil, !verdict.isSameCode else { return }
    let open = try database.regressions(series: series, network: verdict.network, isOpen: true)
    mark(&verdict.layers, open)
    mark(&verdict.totals, open)
    do {
      try database.save(changes(verdict, open, series))
    } catch HistoryError.notWritable {
      verdict.notes.append("The record can't be written, so the states of regressions were left as they are.")
    }
  }

  private func mark(_ rows: inout [LayerVerdict], _ open: [RegressionRecord]) {
    for index in rows.indices where rows[index].change == .slower {
      if let known = find(rows[index], .time, open), known.isAccepted(at: now) {
        rows[index].accepted = known.reason
      }
    }
  }

  private func find(
    _ row: LayerVerdict, _ measure: RegressionRecord.Measure, _ open: [RegressionRecord]
  ) -> RegressionRecord? {
    open.first { $0.layer == row.layer ?? "" && $0.backend == row.backend && $0.measure == measure }
  }

  private func changes(
    _ verdict: GateVerdict, _ open: [RegressionRecord], _ series: String
  ) -> [RegressionRecord] {
    var changed: [RegressionRecord] = []
    for row in verdict.comparisons {
      let known = find(row, .time, open)
      switch row.change {
      case .slower:
        changed.append(
          seen(known, row.layer ?? "", row.backend, .time, row.ratio?.ratio ?? 1, verdict, series))
      case .same, .faster:
        guard let known else { break }
        let left = known.ratio * (row.ratio?.ratio ?? 1)
        if !isConfirmed || left <= 1 + (verdict.settings?.margin ?? 0) {
          changed.append(fixed(known, verdict))
        }
      case .inconclusive, .none: break
      }
    }
    for alert in verdict.accuracyAlerts {
      let known = open.first {
        $0.layer == alert.layer && $0.backend == alert.backend && $0.measure == .accuracy
      }
      // From exact to anything has no finite ratio; the record holds the largest number instead.
      let ratio = alert.baseRatio > 0 ? alert.headRatio / alert.baseRatio : .greatestFiniteMagnitude
      changed.append(seen(known, alert.layer, alert.backend, .accuracy, ratio, verdict, series))
    }
    return changed
  }

  private func seen(
    _ known: RegressionRecord?, _ layer: String, _ backend: String, _ measure: RegressionRecord.Measure,
    _ ratio: Double, _ verdict: GateVerdict, _ series: String
  ) -> RegressionRecord {
    guard var known else {
      return RegressionRecord(
        series: series, network: verdict.network, layer: layer, backend: backend, measure: measure,
        state: isConfirmed && measure == .time ? .confirmed : .new, ratio: ratio,
        baseCommit: verdict.base.commit, headCommit: verdict.head.commit, opened: now, changed: now)
    }
    known.ratio = ratio
    known.headCommit = verdict.head.commit
    known.changed = now
    if !known.isAccepted(at: now) { known.state = .confirmed }
    return known
  }

  private func fixed(_ known: RegressionRecord, _ verdict: GateVerdict) -> RegressionRecord {
    var known = known
    known.state = .fixed
    known.headCommit = verdict.head.commit
    known.changed = now
    return known
  }
}
