import Backends
import Catalogue
import Tensors

/// nms: a few classes to a task, which gathers their candidates, takes them in descending order and suppresses greedily. A
/// class is done when it has its full number of boxes, so that mostly a small part of its candidates needs to be put in
/// order, and none meets more than that many.
final class SuppressionPlan: TiledPlan {
  private let suppression: Suppression
  /// By worker: the candidates of a task's classes, each class's in a list of its own.
  private let candidates: [UnsafeMutablePointer<UInt64>]
  private let listLength: Int
  /// The boxes that may hold an object; the lists of a run keep their memory for the next one.
  private var rows: [Int32] = []
  /// By class.
  private var kept: [[KeptBox]]

  /// Neighbouring classes of a task: their scores share cache lines.
  private static let classesPerTask = 8

  init(_ context: PlanContext, _ suppression: Suppression) {
    self.suppression = suppression
    let scores = context.layer.inputShapes[1]
    kept = [[KeptBox]](repeating: [], count: scores[1])
    listLength = scores[0]
    candidates = (0..<context.pool.size).map { _ in
      .allocate(capacity: Self.classesPerTask * scores[0])
    }
    super.init(context, .exact)
  }

  deinit { for list in candidates { list.deallocate() } }

  /// A candidate that no better one of its class overlaps.
  private struct KeptBox {
    let row: Int
    let score: Float
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
    let scoreThreshold = Float(roundedDown: suppression.scoreThreshold)
    let objectnessThreshold = Float(roundedDown: suppression.objectnessThreshold)
    // A box without an object scores 0 in every class, which passes where the threshold is negative.
    rows.removeAll(keepingCapacity: true)
    for row in 0..<layer.inputShapes[2].count
    where scoreThreshold < 0 || objectness[row] > objectnessThreshold { rows.append(Int32(row)) }

    nonisolated(unsafe) let (boxes, scores, objectness) = (boxes, scores, objectness)
    let (rows, classes, perTask) = (rows, kept.count, Self.classesPerTask)
    kept.withUnsafeMutableBufferPointer { kept in
      nonisolated(unsafe) let kept = kept
      context.pool.run(tasks: (classes + perTask - 1) / perTask) { task, worker in
        // Class 0 is the background.
        let labels = max(task * perTask, 1)..<min((task + 1) * perTask, classes)
        let lists = candidates[worker]
        // One for each class of a task.
        var counts = InlineArray<8, Int>(repeating: 0)
        for row in rows {
          let row = Int(row)
          let isObject = objectness[row] > objectnessThreshold
          for (index, label) in labels.enumerated() {
            let score = isObject ? scores[row * classes + label] : 0
            guard score > scoreThreshold else { continue }
            lists[index * listLength + counts[index]] = Candidate(row: row, score: score).key
            counts[index] += 1
          }
        }
        for (index, label) in labels.enumerated() {
          suppress(
            DescendingOrder(lists + index * listLength, count: counts[index]), boxes, into: &kept[label])
        }
      }
    }
    return list(boxes)
  }

  /// Lists those of one class's candidates that are kept.
  private func suppress(
    _ candidates: consuming DescendingOrder, _ boxes: UnsafePointer<Float>, into kept: inout [KeptBox]
  ) {
    let threshold = Float(roundedDown: suppression.iouThreshold)
    kept.removeAll(keepingCapacity: true)
    while kept.count < suppression.maxPerClass, let key = candidates.next() {
      let candidate = Candidate(key: key)
      let box = PixelBox(boxes, row: candidate.row)
      if kept.contains(where: { $0.box.overlap(with: box) > threshold }) { continue }
      kept.append(KeptBox(row: candidate.row, score: candidate.score, box: box))
    }
  }

  /// The rows of the output: class, score, corners.
  private func list(_ boxes: UnsafePointer<Float>) -> Tensor<Float> {
    var values: [Float] = []
    values.reserveCapacity(6 * kept.reduce(0) { $0 + $1.count })
    for (label, found) in kept.enumerated() {
      for one in found {
        values.append(Float(label))
        values.append(one.score)
        for corner in 0..<4 { values.append(boxes[4 * one.row + corner]) }
      }
    }
    return Tensor(Shape(trusted: [values.count / 6, 6]), values: values)
  }
}

/// A box that may be kept, as one number: it is greater where the score is, and of equal scores where the row comes first.
private struct Candidate {
  let key: UInt64

  init(key: UInt64) { self.key = key }

  init(row: Int, score: Float) {
    // Adding 0 takes −0 to 0. The bits of a positive number order as the number, those of a negative one the other way.
    let bits = (score + 0).bitPattern
    let ordered = bits ^ (bits >> 31 == 0 ? 0x8000_0000 : 0xFFFF_FFFF)
    key = UInt64(ordered) << 32 | UInt64(~UInt32(truncatingIfNeeded: row))
  }

  var row: Int { Int(~UInt32(truncatingIfNeeded: key)) }

  var score: Float {
    let ordered = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: ordered ^ (ordered >> 31 == 1 ? 0x8000_0000 : 0xFFFF_FFFF))
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
