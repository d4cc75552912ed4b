import Catalogue
import Tensors

extension Reference {
  /// The final filtering: boxes [P,4] as corners in pixels, class scores [P,classes] and objectness [P] →
  /// detections [K,6] as (class, score, x1, y1, x2, y2), classes ascending, scores descending.
  ///
  /// An anchor whose objectness is not above its threshold has no score. In each class but the background
  /// (0), candidates above the score threshold are taken in descending order of score, the lower index first
  /// among equals; each that overlaps no kept one by more than the IoU threshold is kept, `maxPerClass` at
  /// most (greedy suppression; Felzenszwalb et al., PAMI 32(9), 2010, as in Fast R-CNN's code). Scores
  /// are held against their thresholds as the exact numbers that they are. O(classes·(P log P + P·kept)).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func nonMaximumSuppression<Scalar: ReferenceScalar>(
    _ suppression: Suppression, boxes: Tensor<Scalar>, scores: Tensor<Scalar>, objectness: Tensor<Scalar>,
    threads: Int
  ) -> Tensor<Scalar> {
    let (corners, classScores, objects) = (boxes.values, scores.values, objectness.values)
    let (count, classes) = (scores.shape[0], scores.shape[1])
    let values = inSlices(of: max(classes - 1, 0), threads: threads) { slice in
      slice.flatMap { precedingClass -> [Scalar] in
        let label = precedingClass + 1
        let column = (0..<count).map { anchor -> Scalar in
          let isObject = Double(objects[anchor]) > suppression.objectnessThreshold
          return isObject ? classScores[anchor * classes + label] : 0
        }
        let kept = greedilyKept(suppression, corners: corners, scores: column)
        return kept.flatMap { [Scalar(label), column[$0]] + corners[4 * $0..<4 * $0 + 4] }
      }
    }
    return Tensor(Shape(trusted: [values.count / 6, 6]), values: values)
  }

  /// The anchors of one class that survive, in descending order of score.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func greedilyKept<Scalar: ReferenceScalar>(
    _ suppression: Suppression, corners: [Scalar], scores: [Scalar]
  ) -> [Int] {
    let candidates = scores.indices.filter { Double(scores[$0]) > suppression.scoreThreshold }
    let ranked = candidates.sorted { scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1) }
    var kept: [Int] = []
    for candidate in ranked {
      if kept.count == suppression.maxPerClass { break }
      let isSuppressed = kept.contains {
        Double(intersectionOverUnion(corners, $0, candidate)) > suppression.iouThreshold
      }
      if !isSuppressed { kept.append(candidate) }
    }
    return kept
  }

  /// The area that two boxes share over the area that they cover, in whole pixels: a box from x1 to x2 is
  /// x2 − x1 + 1 wide.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func intersectionOverUnion<Scalar: ReferenceScalar>(
    _ corners: [Scalar], _ first: Int, _ second: Int
  ) -> Scalar {
    let (a, b) = (4 * first, 4 * second)
    let width = min(corners[a + 2], corners[b + 2]) - max(corners[a], corners[b]) + 1
    let height = min(corners[a + 3], corners[b + 3]) - max(corners[a + 1], corners[b + 1]) + 1
    let shared = max(width, 0) * max(height, 0)
    let firstArea = (corners[a + 2] - corners[a] + 1) * (corners[a + 3] - corners[a + 1] + 1)
    let secondArea = (corners[b + 2] - corners[b] + 1) * (corners[b + 3] - corners[b + 1] + 1)
    return shared / (firstArea + secondArea - shared)
  }
}
