/// Where an experiment's time went, in nanoseconds.
struct ExperimentSpending {
  var verifying = 0.0
  var calibrating = 0.0
  var blocks = BlockSession.Spending()

  /// In words; nil before the first block.
  func words(blocks count: Int) -> String? {
    let sum = blocks.starting + blocks.preparing + blocks.turns
    guard count > 0, sum > 0 else { return nil }
    let inside = blocks.inside
    let told = inside.samples + inside.warming
    let parts = [
      ("starting processes", blocks.starting), ("making data", blocks.preparing * inside.dataShare),
      ("planning and packing", blocks.preparing * (1 - inside.dataShare)),
      ("samples", inside.samples), ("warming caches", inside.warming),
      ("handing over", max(blocks.turns - told, 0)),
    ]
    let shares = parts.map { "\($0.0) \(Int(($0.1 / sum * 100).rounded())) %" }.joined(separator: ", ")
    return "Time: \(Self.seconds(sum / Double(count))) a block (\(shares)); "
      + "before them \(Self.seconds(verifying)) of verification and \(Self.seconds(calibrating)) of calibration."
  }

  private static func seconds(_ nanoseconds: Double) -> String { "\(Quantity.digits(nanoseconds / 1e9)) s" }
}
