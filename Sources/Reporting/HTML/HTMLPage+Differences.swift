import Detection
import Foundation

extension HTMLPage {
  /// The same maps once more for every other backend: what differs, where, and which way.
  func differenceFigures(_ figures: FiguresDocument) -> HTML {
    let others = Set(figures.maps.flatMap { ($0.differenceLevels ?? [:]).keys }).sorted()
    guard !others.isEmpty else { return "" }
    let groups = others.map { other -> HTML in
      """
      <h3>\(figures.backend) − \(other)</h3>
      <div class="maps">
      \(figures.maps.map { differenceFigure($0, from: other) })</div>

      """
    }
    return """
      <h3>Where the backends differ</h3>
      <p class="hint">The difference of the maps above, cell by cell. Brown: \(figures.backend) is the larger one; \
      blue: the other is; near-white: they agree. Each map has a scale of its own, symmetric about 0, so that rounding \
      errors show at all: see how small its ends are.</p>
      \(groups)
      """
  }

  private func differenceFigure(_ map: FiguresDocument.Map, from other: String) -> HTML {
    guard let differences = map.differenceLevels?[other],
      let source = HeatMap(differences, rows: map.rows, columns: map.columns).dataURI
    else { return "" }
    let end = Units.small(differences.largest)
    let span = max(abs(map.low), abs(map.high))
    let words =
      differences.largest > 0
      ? "at most \(end)\(span > 0 ? ", \(Units.small(differences.largest / span)) of the map's largest value" : "")"
      : "no difference"
    return """
      <figure><img class="map" width="\(map.columns)" height="\(map.rows)" \
      alt="\(map.title), difference from \(other): \(words)" src="\(source)">
      <p class="scale signed"><i style="background:\(HTML.trusted(ColourMap.vik.gradient))"></i>\
      <span>−\(end)</span><span>0</span><span>+\(end)</span></p>
      <figcaption><b>\(map.title)</b> <small>\(map.layer): \(words)</small></figcaption></figure>

      """
  }
}
