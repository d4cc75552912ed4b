import Foundation

/// Counts in bins, drawn as bars. A bar's height goes with the logarithm of its count, so that one element among
/// thousands is seen.
struct Histogram {
  let counts: [Int]

  init(_ counts: [Int]) { self.counts = counts }

  /// The heights, 0…1: 0 for an empty bin, at least 0.12 for any other.
  var heights: [Double] {
    let largest = log2(Double(max(counts.max() ?? 0, 1)) + 1)
    return counts.map { $0 > 0 ? 0.12 + 0.88 * log2(Double($0) + 1) / largest : 0 }
  }

  private var path: String {
    heights.enumerated().filter { $1 > 0 }.map { place, height in
      let top = 100 - Int((height * 100).rounded())
      return "M\(place * 10) 100V\(top)h9V100z"
    }.joined()
  }

  /// For a table's cell, without labels.
  var tiny: HTML {
    """
    <svg class="tiny" viewBox="0 0 \(counts.count * 10) 100" preserveAspectRatio="none" aria-hidden="true">\
    <path d="\(HTML.trusted(path))"/></svg>
    """
  }

  /// With its ends named, and a summary for those who can't see it.
  ///
  /// - Parameter labels: places in bins, and what is written below them.
  func large(_ summary: String, backend: Int, labels: [(place: Double, text: String)]) -> HTML {
    let names = labels.map {
      "<span style=\"left:\(share: $0.place / Double(max(counts.count, 1)))\">\($0.text)</span>" as HTML
    }
    return """
      <div class="hist"><svg viewBox="0 0 \(counts.count * 10) 100" preserveAspectRatio="none" role="img" \
      aria-label="\(summary)"><path class="b\(backend % 4)" d="\(HTML.trusted(path))"/></svg><p>\(names)</p></div>
      """
  }
}
