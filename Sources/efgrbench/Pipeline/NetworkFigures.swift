import Catalogue
import Detection
import Foundation
import Reporting
import Tensors
import Verification

/// The paper's figures from chained outputs: of the tiled backend where its chain ran, held against the other chains.
struct NetworkFigures {
  let document: FiguresDocument
  let picture: PictureDocument?

  /// At most so many boxes are kept, the surest ones.
  private static let boxes = 20
  /// The cell of each level whose sampling points are shown, as shares of the map's height and width: apart from each
  /// other, so that the four sets can be told apart on one picture.
  private static let cells = [(0.28, 0.28), (0.34, 0.72), (0.7, 0.3), (0.66, 0.68)]

  /// - Returns: nil where no chain has come to any of the layers that the figures are made of.
  init?(_ network: Network, chains: [Chain], picture: Picture, name: String) {
    guard let chain = chains.first(where: { $0.backend.name == "tiled" }) ?? chains.first else { return nil }
    let others = chains.filter { $0.backend.name != chain.backend.name }
    let maps = Self.mapped(network).compactMap { layer, title in
      Self.map(layer, title, chain, others)
    }
    guard !maps.isEmpty else { return nil }
    let detections = chain.output(of: "detections").map(Detection.all)
    let objects = detections ?? []
    let names = ClassNames.of(classes: network.classes)
    let seen = picture.seen(size: network.imageSize)
    self.picture = (try? seen.pngData()).map {
      PictureDocument(name: name, width: seen.width, height: seen.height, png: $0)
    }
    document = FiguresDocument(
      backend: chain.backend.name, picture: name, maps: maps, sampling: Self.sampling(network, chain),
      objects: objects.sorted { $0.score > $1.score }.prefix(Self.boxes).map { object in
        let box = object.box.scaled(
          horizontal: 1 / Float(picture.width), vertical: 1 / Float(picture.height))
        return FiguresDocument.Object(
          name: names[object.label], label: object.label, score: Double(object.score),
          box: [box.left, box.top, box.right, box.bottom].map(Double.init))
      },
      found: detections?.count,
      otherObjects: Dictionary(
        uniqueKeysWithValues: others.compactMap { other in
          other.output(of: "detections").map {
            (other.backend.name, Self.differing(objects, Detection.all(in: $0)))
          }
        }))
  }

  /// Which layers are shown, those that the network has.
  private static func mapped(_ network: Network) -> [(layer: String, title: String)] {
    let wanted =
      [
        ("fc7", "Backbone"), ("down1", "Contextual features"), ("enrich2", "Enriched features"),
      ] + (1...4).map { ("objectness\($0).map", "Objectness, level \($0)") }
    return wanted.filter { name, _ in network.layers.contains { $0.name == name } }
  }

  /// One number per cell: the mean |value| over the channels.
  private static func means(_ tensor: Tensor<Float>) -> [Double] {
    let (channels, cells) = (tensor.shape[1], tensor.shape[2] * tensor.shape[3])
    return (0..<cells).map { cell in
      (0..<channels).reduce(0) { $0 + abs(Double(tensor.values[$1 * cells + cell])) } / Double(channels)
    }
  }

  private static func map(
    _ layer: String, _ title: String, _ chain: Chain, _ others: [Chain]
  ) -> FiguresDocument.Map? {
    guard let output = chain.output(of: layer), output.shape.rank == 4 else { return nil }
    let values = means(output)
    guard let low = values.min(), let high = values.max(), low.isFinite, high.isFinite else { return nil }
    let differences = Dictionary(
      uniqueKeysWithValues: others.compactMap { other in
        other.output(of: layer).map { (other.backend.name, DifferenceLevels(values, less: means($0))) }
      })
    let channels = output.shape[1]
    let scale = high > low ? 255 / (high - low) : 0
    return FiguresDocument.Map(
      layer: layer, title: title,
      meaning: channels == 1 ? "the map itself" : "mean magnitude over \(channels) channels",
      rows: output.shape[2], columns: output.shape[3], low: low, high: high,
      levels: Data(values.map { UInt8((($0 - low) * scale).rounded()) }),
      differences: differences.mapValues(\.largest), differenceLevels: differences)
  }

  /// Where each level's deformable convolution looks for one of its cells.
  private static func sampling(_ network: Network, _ chain: Chain) -> [FiguresDocument.Sampling] {
    let steps = network.steps.filter { $0.layer.kind == .deformConv2d }
    return zip(steps, cells).compactMap { step, cell in
      guard case .deformConv2d(let convolution) = step.layer.operation, step.sources.count == 2,
        case .output(let name) = step.sources[1], let offset = chain.output(of: name), offset.shape.rank == 4
      else { return nil }
      let (height, width) = (offset.shape[2], offset.shape[3])
      let (row, column) = (Int(cell.0 * Double(height)), Int(cell.1 * Double(width)))
      let side = 3
      let points = (0..<side * side).flatMap { tap -> [Double] in
        let place = { (channel: Int) in (channel * height + row) * width + column }
        let y = Double(
          row * convolution.stride.vertical - convolution.padding.vertical + tap / side
            * convolution.dilation.vertical)
        let x = Double(
          column * convolution.stride.horizontal - convolution.padding.horizontal + tap % side
            * convolution.dilation.horizontal)
        return [
          (x + Double(offset.values[place(2 * tap + 1)]) + 0.5) / Double(width),
          (y + Double(offset.values[place(2 * tap)]) + 0.5) / Double(height),
        ]
      }
      return FiguresDocument.Sampling(
        layer: step.layer.name, x: (Double(column) + 0.5) / Double(width),
        y: (Double(row) + 0.5) / Double(height), points: points)
    }
  }

  /// How many objects of either list have no counterpart in the other: the same class, no side more than a pixel away.
  private static func differing(_ ours: [Detection], _ theirs: [Detection]) -> Int {
    func lack(_ some: [Detection], in others: [Detection]) -> Int {
      some.count { one in
        !others.contains { other in
          let sides: [KeyPath<Box, Float>] = [\.left, \.top, \.right, \.bottom]
          return other.label == one.label
            && sides.allSatisfy { abs(other.box[keyPath: $0] - one.box[keyPath: $0]) <= 1 }
        }
      }
    }
    return lack(ours, in: theirs) + lack(theirs, in: ours)
  }
}
