import Foundation

/// A plot's axis: where a value lies, and which values are named.
struct Axis {
  let title: String
  let low: Double
  let high: Double
  let isLogarithmic: Bool
  /// Named values in order.
  let ticks: [(value: Double, label: String)]

  /// 0 at the low end, 1 at the high one; what is beyond lies at the end.
  func position(_ value: Double) -> Double {
    guard !value.isNaN, high > low else { return 0 }
    let share =
      isLogarithmic
      ? value > 0 ? (log10(value) - log10(low)) / (log10(high) - log10(low)) : 0
      : (value - low) / (high - low)
    return min(max(share, 0), 1)
  }

  /// A scale of powers of ten that holds all positive finite `values`, each decade named where there are few of them.
  static func logarithmic(
    _ title: String, holding values: [Double], label: (Double) -> String
  ) -> Axis {
    let usable = values.filter { $0 > 0 && $0.isFinite }
    let first = Int(log10(usable.min() ?? 1).rounded(.down))
    let last = max(Int(log10(usable.max() ?? 10).rounded(.up)), first + 1)
    let step = max(1, (last - first + 5) / 6)
    let ticks = stride(from: first, through: last, by: step).map { exponent -> (Double, String) in
      let value = pow(10, Double(exponent))
      return (value, label(value))
    }
    return Axis(
      title: title, low: pow(10, Double(first)), high: pow(10, Double(last)), isLogarithmic: true,
      ticks: ticks)
  }

  /// An even scale from 0 to a round number above all `values`, or to the largest of them where it `isTight`.
  static func linear(
    _ title: String, holding values: [Double], isTight: Bool = false, label: (Double) -> String
  ) -> Axis {
    let largest = values.filter(\.isFinite).max() ?? 1
    let step = roundStep((largest > 0 ? largest : 1) / 4)
    let count = max(1, Int(((largest > 0 ? largest : 1) / step).rounded(.up)))
    let high = isTight && largest > 0 ? largest : Double(count) * step
    let ticks = (0...count).map { Double($0) * step }.filter { $0 <= high }
    return Axis(
      title: title, low: 0, high: high, isLogarithmic: false,
      ticks: ticks.map { ($0, $0 == 0 ? "0" : label($0)) })
  }

  /// 1, 2 or 5 times a power of ten, not below `least`.
  static func roundStep(_ least: Double) -> Double {
    let power = pow(10, floor(log10(least)))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * 0.999_999 } ?? 10 * power
  }

  /// `10⁻³`.
  static func power(_ value: Double) -> String {
    let exponent = Int(log10(value).rounded())
    return exponent == 0 ? "1" : "10" + Units.superscript(exponent)
  }
}

/// A framed plot. Geometry is in percent of the frame and text is HTML, so that neither is scaled or distorted at any
/// width.
struct Plot {
  let x: Axis
  let y: Axis
  /// What a reader who can't see it is told.
  let summary: String
  /// Drawn between the grid and the frame's edge.
  var marks: [HTML] = []
  /// Words in the frame, to the right of their places.
  var words: [(x: Double, y: Double, text: String)] = []

  var html: HTML {
    let across = y.ticks.map { tick -> HTML in
      let place = 1 - y.position(tick.value)
      return "<line x2=\"100%\" y1=\"\(share: place)\" y2=\"\(share: place)\"/>"
    }
    let down = x.ticks.map { tick -> HTML in
      let place = x.position(tick.value)
      return "<line y2=\"100%\" x1=\"\(share: place)\" x2=\"\(share: place)\"/>"
    }
    let left = y.ticks.map {
      "<span class=\"ty\" style=\"top:\(share: 1 - y.position($0.value))\">\($0.label)</span>" as HTML
    }
    let isCrowded = x.ticks.map(\.label.count).reduce(0, +) > 30
    let below = x.ticks.enumerated().map { index, tick -> HTML in
      let place = x.position(tick.value)
      // Names at the ends stay within the frame's width.
      let end = place > 0.93 ? " last" : place < 0.04 ? " first" : ""
      // Every second one of long names gives way where the window is narrow.
      let spare = isCrowded && index % 2 == 1 ? " spare" : ""
      return "<span class=\"tx\(end)\(spare)\" style=\"left:\(share: place)\">\(tick.label)</span>"
    }
    let named = placedWords.map {
      "<span class=\"word\" style=\"left:\(share: $0.left);top:\(share: $0.top)\">\($0.text)</span>" as HTML
    }
    return """
      <div class="plot"><p class="at">\(y.title)</p><div class="frame"><svg role="img" aria-label="\(summary)">\
      <g class="grid">\(across)\(down)</g>\(marks)</svg>\(left)\(below)\(named)</div>\
      <p class="at below">\(x.title)</p></div>

      """
  }

  /// The words in their order; where two begin at one place and lie closer than a line, the lower one stands below the upper.
  var placedWords: [(left: Double, top: Double, text: String)] {
    var placed = words.map { (left: x.position($0.x), top: 1 - y.position($0.y), text: $0.text) }
    var lowest: [Double: Double] = [:]
    for index in placed.indices.sorted(by: { placed[$0].top < placed[$1].top }) {
      let left = placed[index].left
      placed[index].top = max(placed[index].top, lowest[left].map { $0 + Self.wordHeight } ?? 0)
      lowest[left] = placed[index].top
    }
    return placed
  }

  /// A line of words, as a share of the frame's height.
  private static let wordHeight = 0.05

  /// A backend's mark.
  ///
  /// - Parameter note: shown where a pointer rests on it.
  func mark(_ page: HTMLPage, _ backend: String, x horizontal: Double, y vertical: Double, note: String)
    -> HTML
  {
    """
    <use href="#m\(page.index(of: backend) % 4)" class="b\(page.index(of: backend) % 4)" \
    x="\(share: x.position(horizontal))" y="\(share: 1 - y.position(vertical))"><title>\(note)</title></use>
    """
  }

  /// A straight line between two points of the plane.
  func line(_ from: (Double, Double), _ to: (Double, Double), class name: String, note: String = "") -> HTML {
    let title: HTML = note.isEmpty ? "" : "<title>\(note)</title>"
    return """
      <line class="\(name)" x1="\(share: x.position(from.0))" y1="\(share: 1 - y.position(from.1))" \
      x2="\(share: x.position(to.0))" y2="\(share: 1 - y.position(to.1))">\(title)</line>
      """
  }

  /// A line through points in order; a missing one interrupts it.
  func curve(_ points: [(Double, Double?)], class name: String) -> HTML {
    var path = ""
    var isDown = false
    for (horizontal, vertical) in points {
      guard let vertical, !vertical.isNaN else {
        isDown = false
        continue
      }
      let place = (x.position(horizontal) * 1000, (1 - y.position(vertical)) * 1000)
      path += "\(isDown ? "L" : "M")\(Int(place.0.rounded())) \(Int(place.1.rounded()))"
      isDown = true
    }
    return """
      <svg class="stretch" viewBox="0 0 1000 1000" preserveAspectRatio="none"><path class="\(name)" \
      d="\(HTML.trusted(path))"/></svg>
      """
  }
}
