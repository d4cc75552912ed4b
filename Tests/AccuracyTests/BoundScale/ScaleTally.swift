import Accuracy
import Catalogue

/// What a run has seen, per kind and backend.
struct ScaleTally: Sendable {
  struct Row: Hashable {
    let kind: LayerKind
    let backend: String
  }

  struct Count {
    var elements = 0
    /// Elements past the guaranteed bound, or without a finite one.
    var violations = 0
    /// The largest |error| / guaranteed bound, and the data that led to it.
    var ratio = 0.0
    var data = ""
    /// The largest |error| / probabilistic bound on data whose roundings are as good as random.
    var likely = 0.0
  }

  private(set) var counts: [Row: Count] = [:]
  /// The first few violations in words.
  private(set) var faults: [String] = []

  mutating func add(_ verdict: Verdict, _ kind: LayerKind, backend: String, data: String) {
    var count = Count()
    count.elements = verdict.elements
    let isUnbounded = verdict.status == .mistrusted && verdict.nonZeroShare > Comparison.leastNonZeroShare
    count.violations = max(verdict.failures, isUnbounded || verdict.status == .failed ? 1 : 0)
    count.ratio = verdict.maxRatio
    count.data = data
    if data == Adversary.uniform.rawValue { count.likely = verdict.maxProbabilisticRatio }
    if count.violations > 0 { faults.append("\(kind) \(backend) \(data): \(verdict.message)") }
    merge(count, Row(kind: kind, backend: backend))
  }

  mutating func add(_ other: ScaleTally) {
    for (row, count) in other.counts { merge(count, row) }
    faults = Array((faults + other.faults).prefix(20))
  }

  private mutating func merge(_ count: Count, _ row: Row) {
    var sum = counts[row] ?? Count()
    sum.elements += count.elements
    sum.violations += count.violations
    sum.likely = max(sum.likely, count.likely)
    if count.ratio > sum.ratio || sum.data.isEmpty { (sum.ratio, sum.data) = (count.ratio, count.data) }
    counts[row] = sum
  }

  var elements: Int { counts.values.reduce(0) { $0 + $1.elements } }

  /// A line per kind and backend.
  var table: String {
    let rows = counts.sorted {
      ($0.key.kind.rawValue, $0.key.backend) < ($1.key.kind.rawValue, $1.key.backend)
    }
    let lines = rows.map { row, count in
      [
        row.kind.rawValue, row.backend, "\(count.elements)", "\(count.violations)",
        "\((count.ratio * 10_000).rounded() / 10_000)", count.data,
        "\((count.likely * 10_000).rounded() / 10_000)",
      ].joined(separator: "\t")
    }
    return (["kind\tbackend\telements\tviolations\tlargest ratio\tdata\tprobabilistic ratio"] + lines).joined(
      separator: "\n")
  }
}
