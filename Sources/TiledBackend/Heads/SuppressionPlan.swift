import Backends
import Catalogue
import Tensors

/// nms: candidates are gathered class by class in one pass over the scores, sorted, and suppressed greedily, one class
/// to a task. A class is done when it has its full number of boxes, so no candidate meets more than that many.
///
/// The lists of a run keep their memory for the next one.
final class SuppressionPlan: TiledPlan {
  private let suppression: Suppression
  /// By class.
  private var candidates: [[Candidate]]
  private var kept: [[KeptBox]]

  init(_ context: PlanContext, _ suppression: Suppression) {
    self.suppression = suppression
    let classes = context.layer.inputShapes[1][1]
    candidates = [[Candidate]](repeating: [], count: classes)
    kept = [[KeptBox]](repeating: [], count: classes)
    super.init(context, .exact)
  }

  /// A box that may be kept: its row, and its score.
  private struct Candidate {
    let row: Int
    let score: Float
  }

  /// A candidate that no better one of its class overlaps.
  private struct KeptBox {
    let candidate: Candidate
    let box: PixelBox
  }

  override func compute(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    // The shape of what is written is known only afterwards.
    var unused = Tensor<Float>(Shape(trusted: [0, 6]), values: [])
    withPointers(inputs, &unused) { pointers in
      output = detections(
        boxes: pointers.inputs[0], scores: pointers.inputs[1], objectness: pointers.inputs[2])
    }
  }

  /// The detections among the layer's boxes: [P,4], [P,classes] and [P], row-major.
  func detections(
    boxes: UnsafePointer<Float>, scores: UnsafePointer<Float>, objectness: UnsafePointer<Float>
  ) -> Tensor<Float> {
    gather(scores, objectness)
    nonisolated(unsafe) let boxes = boxes
    candidates.withUnsafeMutableBufferPointer { candidates in
      kept.withUnsafeMutableBufferPointer { kept in
        nonisolated(unsafe) let (candidates, kept) = (candidates, kept)
        context.pool.run(tasks: kept.count) { label, _ in
          suppress(&candidates[label], boxes, into: &kept[label])
        }
      }
    }
    var rows: [Float] = []
    rows.reserveCapacity(6 * kept.reduce(0) { $0 + $1.count })
    for (label, found) in kept.enumerated() {
      for one in found {
        rows.append(Float(label))
        rows.append(one.candidate.score)
        for corner in 0..<4 { rows.append(boxes[4 * one.candidate.row + corner]) }
      }
    }
    return Tensor(Shape(trusted: [rows.count / 6, 6]), values: rows)
  }

  /// Lists the candidates of every class but the background, in row order.
  private func gather(_ scores: UnsafePointer<Float>, _ objectness: UnsafePointer<Float>) {
    let classes = candidates.count
    for label in 0..<classes { candidates[label].removeAll(keepingCapacity: true) }
    let threshold = Float(roundedDown: suppression.scoreThreshold)
    // An anchor without an object scores 0 in every class, which passes where the threshold is negative.
    let objectnessThreshold = Float(roundedDown: suppression.objectnessThreshold)
    for row in 0..<layer.inputShapes[2].count {
      let isObject = objectness[row] > objectnessThreshold
      if !isObject && threshold >= 0 { continue }
      for label in 1..<max(classes, 1) {
        let score = isObject ? scores[row * classes + label] : 0
        if score > threshold { candidates[label].append(Candidate(row: row, score: score)) }
      }
    }
  }

  /// Sorts one class's candidates and lists those that are kept.
  private func suppress(
    _ candidates: inout [Candidate], _ boxes: UnsafePointer<Float>, into kept: inout [KeptBox]
  ) {
    kept.removeAll(keepingCapacity: true)
    candidates.sort { ($0.score, $1.row) > ($1.score, $0.row) }
    let threshold = Float(roundedDown: suppression.iouThreshold)
    for candidate in candidates {
      let box = PixelBox(boxes, row: candidate.row)
      if kept.contains(where: { $0.box.overlap(with: box) > threshold }) { continue }
      kept.append(KeptBox(candidate: candidate, box: box))
      if kept.count == suppression.maxPerClass { break }
    }
  }
}

/// Corners in pixels under the convention that a box includes its last row and column.
private struct PixelBox {
  let left: Float
  let top: Float
  let right: Float
  let bottom: Float
  let area: Float

  init(_ boxes: UnsafePointer<Float>, row: Int) {
    left = boxes[4 * row]
    top = boxes[4 * row + 1]
    right = boxes[4 * row + 2]
    bottom = boxes[4 * row + 3]
    area = (right - left + 1) * (bottom - top + 1)
  }

  /// Intersection over union.
  func overlap(with other: PixelBox) -> Float {
    let width = max(0, min(right, other.right) - max(left, other.left) + 1)
    let height = max(0, min(bottom, other.bottom) - max(top, other.top) + 1)
    let intersection = width * height
    return intersection / (area + other.area - intersection)
  }
}

extension Float {
  /// The greatest number that is no more than `threshold`. A float32 number exceeds the one exactly if it exceeds the
  /// other; of the nearest number, which may be above the threshold, that would not be so.
  fileprivate init(roundedDown threshold: Double) {
    let nearest = Float(threshold)
    self = Double(nearest) > threshold ? nearest.nextDown : nearest
  }
}
