import Detection
import Foundation

extension HTMLPage {
  /// What the network sees in the picture: the paper's figures, from this run.
  var figures: HTML {
    guard let figures = model.attachments.figures else { return "" }
    let picture = model.attachments.picture
    let first: HTML = picture.map { pictureFigures(figures, $0) } ?? ""
    return section(
      "figures", "Figures of the paper",
      """
      <p class="hint">Made of the outputs of \(figures.backend), chained from the picture to the boxes, as in the \
      paper's Figure 2. Colours go evenly from the lowest to the highest value of each map. Weights are the golden \
      network's, not trained ones, so boxes and maps show what is computed, not what a trained detector finds.</p>
      \(first)<div class="maps">
      \(figures.maps.map(mapFigure))</div>
      \(differenceFigures(figures))
      """)
  }

  private func mapFigure(_ map: FiguresDocument.Map) -> HTML {
    guard let source = HeatMap(map).dataURI else { return "" }
    // Records that hold no maps of differences hold at least the largest ones.
    let differences = (map.differenceLevels == nil ? map.differences : [:]).sorted { $0.key < $1.key }.map {
      backend, difference -> HTML in
      "<br>\(backend) differs by \(Units.small(difference)) at most"
    }
    return """
      <figure><img class="map" width="\(map.columns)" height="\(map.rows)" \
      alt="\(map.title): \(map.meaning), \(Units.small(map.low)) to \(Units.small(map.high))" src="\(source)">
      <p class="scale"><span>\(Units.small(map.low))</span>\
      <i style="background:\(HTML.trusted(ColourMap.cividis.gradient))"></i><span>\(Units.small(map.high))</span></p>
      <figcaption><b>\(map.title)</b> <small>\(map.layer), \(map.columns)×\(map.rows): \(map.meaning)\(differences)\
      </small></figcaption></figure>

      """
  }

  /// The picture with detections, and with what each deformable convolution looks at. It is embedded once.
  private func pictureFigures(_ figures: FiguresDocument, _ picture: PictureDocument) -> HTML {
    let objects = figures.objects.sorted { $0.score < $1.score }
    let boxes = objects.map { box($0, picture) } + objects.suffix(Self.taggedBoxes).map { tag($0, picture) }
    let agree = figures.otherObjects.sorted { $0.key < $1.key }.map { backend, others in
      others == 0 ? "\(backend) finds the same" : "\(backend) finds \(others) otherwise"
    }
    let found = figures.objects.sorted { $0.score > $1.score }.prefix(5).map {
      "\($0.name) \(Units.percent($0.score))"
    }
    let surest = found.isEmpty ? "nothing" : found.joined(separator: ", ")
    let counted = figures.found.map { "\(objects.count) of \($0) boxes, the surest: \(surest)" }
    let notes = [counted ?? "the run ended before it came to them"] + agree
    return """
      <div class="pictures">
      <figure><svg viewBox="0 0 \(picture.width) \(picture.height)" role="img" aria-label="The picture with \
      \(Words.count(objects.count, "box")) drawn on it"><image id="picture" width="\(picture.width)" \
      height="\(picture.height)" href="\(picture.png.pngURI)"/>\(boxes)</svg>
      <figcaption><b>Detections</b> <small>\(notes.joined(separator: "; "))</small></figcaption>\
      </figure>
      \(samplingFigure(figures, picture))</div>

      """
  }

  private func box(_ object: FiguresDocument.Object, _ picture: PictureDocument) -> HTML {
    let colour = Picture.colour(ofClass: object.label)
    let (width, height) = (Double(picture.width), Double(picture.height))
    let left = object.box[0] * width
    let top = object.box[1] * height
    return """
      <rect class="box" x="\(decimal: left)" y="\(decimal: top)" width="\(decimal: object.box[2] * width - left)" \
      height="\(decimal: object.box[3] * height - top)" stroke="rgb(\(Int(colour.red)) \(Int(colour.green)) \(Int(colour.blue)))">\
      <title>\(object.name) \(Units.percent(object.score))</title></rect>
      """
  }

  /// So many boxes, the surest, bear their names.
  private static let taggedBoxes = 4

  private func tag(_ object: FiguresDocument.Object, _ picture: PictureDocument) -> HTML {
    let right = object.box[0] > 0.75
    return """
      <text class="tag\(right ? " end" : "")" x="\(decimal: min(max(object.box[right ? 2 : 0], 0.01), 0.99) * Double(picture.width))" \
      y="\(decimal: min(max(object.box[1], 0.05), 0.98) * Double(picture.height) - 3)">\(object.name) \
      \(Units.percent(object.score))</text>
      """
  }

  private func samplingFigure(_ figures: FiguresDocument, _ picture: PictureDocument) -> HTML {
    guard !figures.sampling.isEmpty else { return "" }
    let layers = figures.sampling.map(\.layer).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    let marks = figures.sampling.map { one -> HTML in
      let place = (layers.firstIndex(of: one.layer) ?? 0) % 4
      let dots = stride(from: 0, to: one.points.count, by: 2).map { index -> HTML in
        """
        <circle class="tap s\(place)" r="3" cx="\(decimal: one.points[index] * Double(picture.width))" \
        cy="\(decimal: one.points[index + 1] * Double(picture.height))"/>
        """
      }
      let (x, y) = (one.x * Double(picture.width), one.y * Double(picture.height))
      let spokes = stride(from: 0, to: one.points.count, by: 2).map { index -> HTML in
        "M\(decimal: x) \(decimal: y)L\(decimal: one.points[index] * Double(picture.width)) \(decimal: one.points[index + 1] * Double(picture.height))"
      }
      return """
        <path class="spoke s\(place)" d="\(spokes)"/>\(dots)<path class="centre s\(place)" d="M\(decimal: x - 5) \(decimal: y)h10M\(decimal: x) \(decimal: y - 5)v10">\
        <title>\(one.layer)</title></path>
        """
    }
    let points = figures.sampling.flatMap { one in
      stride(from: 0, to: one.points.count, by: 2).map { (one.points[$0], one.points[$0 + 1]) }
    }
    let lost = points.count { !(0...1).contains($0.0) || !(0...1).contains($0.1) }
    let outside =
      lost > 0 ? "; \(lost) of \(points.count) look outside the picture, where everything is 0" : ""
    let key = layers.enumerated().map { place, layer -> HTML in
      "<span class=\"nowrap\"><i class=\"swatch s\(place % 4)\"></i>\(layer)</span> "
    }
    return """
      <figure><svg viewBox="0 0 \(picture.width) \(picture.height)" role="img" aria-label="The picture with the points \
      that the deformable convolutions sample"><use href="#picture"/>\(marks)</svg>
      <figcaption><b>Sampling points of the deformable convolutions</b> <small>crosses are output cells, discs where \
      their nine taps look\(outside). \(key)</small></figcaption></figure>
      """
  }
}
