import Foundation
import History
import Measurement

/// How many times as fast all threads are as one, of a layer or a network.
struct SpeedUp {
  /// The ratio of the medians.
  let ratio: Double
  /// From the ends of both medians' intervals: what it is at the least and at the most.
  let low: Double
  let high: Double

  /// A median and the ends of its interval.
  private typealias Time = (median: Double, low: Double, high: Double)

  private init(_ one: Time, _ all: Time) {
    ratio = one.median / all.median
    low = one.low / all.high
    high = one.high / all.low
  }

  init(one: MedianInterval, all: MedianInterval) {
    self.init((one.median, one.low, one.high), (all.median, all.low, all.high))
  }

  /// Nil without both times.
  init?(one: TimingRecord?, all: TimingRecord?) {
    guard let one, let all else { return nil }
    self.init((one.median, one.low, one.high), (all.median, all.low, all.high))
  }

  var text: String {
    "\(Self.times(ratio)) (\(Self.times(low)) to \(Self.times(high)))"
  }

  static func times(_ value: Double) -> String { String(format: "%.2f", value) }
}

/// A line per layer as it is finished, and what they come to.
struct ScalingTable {
  private let threads: Int
  private var layers: [(layer: LayerRecord, speedUp: SpeedUp)] = []

  init(threads: Int) { self.threads = threads }

  var head: String {
    Self.line("layer", "algorithm", "status", "1 thread", "\(threads) threads", "times as fast")
  }

  /// Takes a layer in; its line, then a message for what is not good.
  mutating func add(_ layer: LayerRecord) -> String {
    let (one, all) = (layer.results.first, layer.results.last)
    let speedUp = SpeedUp(one: one?.timing, all: all?.timing)
    if let speedUp { layers.append((layer, speedUp)) }
    let bad = layer.results.first { !$0.status.isGood }
    let line = Self.line(
      layer.name, all?.algorithm ?? "–", (bad ?? all)?.status.rawValue ?? "–",
      one?.timing.map { Quantity.time($0.median) } ?? "–",
      all?.timing.map { Quantity.time($0.median) } ?? "–",
      speedUp?.text ?? "–")
    guard let bad else { return line }
    let repeating = bad.repro.isEmpty ? [] : ["  repeat with: \(bad.repro)"]
    return ([line, "  \(bad.message)"] + repeating).joined(separator: "\n")
  }

  /// The layers that are worth sharing out, in a sentence; nil where there are none.
  var summary: String? {
    let large = layers.filter { $0.layer.macs >= Self.leastMacs }.sorted {
      $0.speedUp.ratio < $1.speedUp.ratio
    }
    guard let least = large.first, let most = large.last else { return nil }
    let middle = (large[(large.count - 1) / 2].speedUp.ratio + large[large.count / 2].speedUp.ratio) / 2
    let count = large.count == 1 ? "1 layer" : "\(large.count) layers"
    return
      "\(count) of 0.1 GFLOP or more: \(SpeedUp.times(middle)) times as fast with \(threads) threads at the "
      + "median, from \(SpeedUp.times(least.speedUp.ratio)) (\(least.layer.name)) to "
      + "\(SpeedUp.times(most.speedUp.ratio)) (\(most.layer.name))."
  }

  /// The same of the whole network; nil where it was not timed.
  func summary(of totals: [NetworkTotal]) -> String? {
    guard let one = totals.first?.endToEnd, let all = totals.last?.endToEnd,
      let speedUp = SpeedUp(one: one, all: all)
    else { return nil }
    return
      "whole network: \(Quantity.time(one.median)) with 1 thread, \(Quantity.time(all.median)) with \(threads), "
      + "\(speedUp.text) times as fast"
  }

  /// What the processor itself gains; nil where it was not timed.
  func summary(ofPeak speedUp: SpeedUp?) -> String? {
    speedUp.map {
      "multiply–adds alone, whose operands stay in registers: \($0.text) times as fast with \(threads) threads"
    }
  }

  /// Below it, waking and waiting weigh more than the work.
  private static let leastMacs = 50_000_000

  private static func line(
    _ name: String, _ algorithm: String, _ status: String, _ one: String, _ all: String, _ speedUp: String
  ) -> String {
    func space(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count))
    }
    let words = [(name, 24), (algorithm, 20), (status, 8)].map { $0 + space($0, $1) }
    let times = [one, all].map { space($0, 9) + $0 }
    return (words + times + [speedUp]).joined(separator: "  ")
  }
}
