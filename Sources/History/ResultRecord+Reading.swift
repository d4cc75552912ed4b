import Foundation
import GRDB
import Measurement

extension ResultRecord {
  /// - Parameter row: a row of `result`, joined with `timing` and `sample`.
  init(_ row: Row) throws {
    self.init(
      backend: row["backend"], algorithm: row["algorithm"],
      status: ResultStatus(rawValue: row["status"]) ?? .refused, elements: row["elements"],
      maxAbsError: row["max_abs_error"], maxRatio: row["max_ratio"],
      probabilisticRatio: row["probabilistic_ratio"], ulp: ULPDistances(row),
      firstFailure: try FirstFailure(row), repro: row["repro"], message: row["message"],
      chained: ChainedResult(row), timing: TimingRecord(row))
  }
}

extension ULPDistances {
  init?(_ row: Row) {
    guard let p50 = row["ulp_p50"] as Double?, let p99 = row["ulp_p99"] as Double?,
      let largest = row["ulp_max"] as Double?
    else { return nil }
    self.init(p50: p50, p99: p99, max: largest)
  }
}

extension FirstFailure {
  /// Where there is a failure, a number that is missing was NaN.
  init?(_ row: Row) throws {
    guard let index = row["failure_index"] as String? else { return nil }
    self.init(
      index: try ColumnCoding.value(index), expected: row["failure_expected"] as Double? ?? .nan,
      got: row["failure_got"] as Double? ?? .nan, bound: row["failure_bound"] as Double? ?? .nan)
  }
}

extension ChainedResult {
  init?(_ row: Row) {
    guard let status = (row["chained_status"] as String?).flatMap(ResultStatus.init) else { return nil }
    self.init(status: status, localRatio: row["chained_local_ratio"], drift: row["chained_drift"])
  }
}

extension TimingRecord {
  init?(_ row: Row) {
    guard let median = row["median_ns"] as Double?, let blob = row["ns"] as Data? else { return nil }
    self.init(
      threads: row["threads"], median: median, low: row["ci_low_ns"], high: row["ci_high_ns"],
      coverage: row["ci_coverage"], repetitions: row["repetitions"],
      ending: Timing.Ending(rawValue: row["ending"]) ?? .stopped, gflops: row["gflops"],
      roofFraction: row["roof_fraction"], samples: ColumnCoding.samples(blob))
  }
}
