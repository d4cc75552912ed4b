import Foundation
import History

extension HTMLPage {
  /// A sparkline of the subject's times, and how far the last one is from the median of those before.
  func trendCell(_ layer: LayerRecord, _ subject: String) -> HTML {
    let trend = model.trend(of: layer, on: subject)
    guard trend.times.count > 1 else {
      return cell("trend", sort: nil, "<span class=\"dim\">–</span>", class: "num trend")
    }
    let change = trend.change
    return cell(
      "trend", sort: change,
      "\(Sparkline(trend.times).html)<span>\(Units.change(change))</span>", class: "num trend")
  }
}

/// A layer's times over its runs.
struct Trend {
  /// Nanoseconds, oldest first, of the runs that timed it.
  let times: [Double]

  /// The last time over the median of the earlier ones, less 1; nil without both.
  var change: Double? {
    guard let last = times.last, times.count > 1 else { return nil }
    let earlier = times.dropLast().sorted()
    let middle = (earlier[(earlier.count - 1) / 2] + earlier[earlier.count / 2]) / 2
    return middle > 0 ? last / middle - 1 : nil
  }
}

/// A line of numbers in a few pixels. Where there are more numbers than columns, each column shows its numbers' median.
struct Sparkline {
  private static let columns = 40
  /// The least span, as a ratio of the ends: smaller movements than these 10 % are shown small.
  private static let leastSpan = 1.1
  let values: [Double]

  init(_ values: [Double]) { self.values = Self.reduced(values, to: Self.columns) }

  /// At most `count` values: the medians of consecutive groups of near equal size.
  static func reduced(_ values: [Double], to count: Int) -> [Double] {
    guard values.count > count else { return values }
    return (0..<count).map { column in
      let group = values[column * values.count / count..<(column + 1) * values.count / count].sorted()
      return group[group.count / 2]
    }
  }

  var html: HTML {
    let logs = values.map { log(max($0, .leastNormalMagnitude)) }
    guard let low = logs.min(), let high = logs.max(), logs.count > 1 else { return "" }
    let span = max(high - low, log(Self.leastSpan))
    let floor = (low + high - span) / 2
    let points = logs.enumerated().map { place, value in
      let x = Double(place) * 400 / Double(logs.count - 1)
      return "\(Int(x.rounded())) \(Int((100 - (value - floor) / span * 100).rounded()))"
    }
    return """
      <svg class="spark" viewBox="-4 -8 408 116" preserveAspectRatio="none" aria-hidden="true">\
      <path d="M\(HTML.trusted(points.joined(separator: "L")))"/></svg>
      """
  }
}
