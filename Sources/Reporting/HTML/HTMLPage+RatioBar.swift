import Foundation
import History

extension HTMLPage {
  /// The largest error ratio in figures, and every backend's as a mark on a logarithmic scale.
  func ratioCell(_ layer: LayerRecord) -> HTML {
    let ratios = model.backends.compactMap { backend in
      layer.result(of: backend)?.maxRatio.map { (backend: backend, ratio: $0) }
    }
    guard let worst = ratios.map(\.ratio).max() else { return cell("error ratio", sort: nil, Units.missing) }
    let marks = ratios.map { backend, ratio -> HTML in
      """
      <use href="#m\(index(of: backend) % 4)" class="b\(index(of: backend) % 4)" \
      x="\(share: RatioScale.position(ratio))" y="50%"/>
      """
    }
    return cell(
      "error ratio", sort: worst,
      """
      <svg class="ratio" aria-hidden="true"><line class="axis" x1="0" x2="100%" y1="50%" y2="50%"/>\
      <line class="one" x1="\(share: RatioScale.position(1))" x2="\(share: RatioScale.position(1))" y1="0" \
      y2="100%"/>\(marks)</svg><span>\(Units.small(worst))</span>
      """, class: "num ratios")
  }
}

/// The logarithmic scale of error ratios, 10⁻⁵ to 10.
enum RatioScale {
  private static let decades = (low: -5.0, high: 1.0)

  /// 0…1; what is off the scale, 0 and infinity included, lies at its ends.
  static func position(_ ratio: Double) -> Double {
    guard ratio > 0 else { return 0 }
    return min(max((log10(ratio) - decades.low) / (decades.high - decades.low), 0), 1)
  }
}
