import Catalogue
import Tensors

/// The final filtering with its decisions laid open.
struct SuppressionFormula: Formula {
  private let probe: Probe
  var suppression: Suppression
  /// What is added to a difference of coordinates to make an extent.
  var extent: Float = 1
  var firstClass = 1
  /// The label written for a class.
  var label: @Sendable (Int) -> Float = { Float($0) }
  var isObject: @Sendable (Double, Double) -> Bool = { $0 > $1 }
  var isCandidate: @Sendable (Double, Double) -> Bool = { $0 > $1 }
  var suppresses: @Sendable (Double, Double) -> Bool = { $0 > $1 }
  /// The overlap from the area shared and the two boxes' own.
  var overlap: @Sendable (_ shared: Float, _ kept: Float, _ candidate: Float) -> Float = {
    $0 / ($1 + $2 - $0)
  }
  /// Whether one candidate, (score, number), comes before another.
  var precedes: @Sendable ((Float, Int), (Float, Int)) -> Bool = {
    $0.0 > $1.0 || ($0.0 == $1.0 && $0.1 < $1.1)
  }
  /// Whether a suppressed candidate still suppresses others.
  var suppressedSuppress = false
  /// Whether the limit counts candidates instead of what is kept.
  var limitsCandidates = false
  /// Whether a kept box of one class suppresses those of the next ones.
  var isAcrossClasses = false
  var score: @Sendable (_ score: Float, _ objectness: Float) -> Float = { score, _ in score }

  init?(_ probe: Probe) {
    guard case .nms(let suppression) = probe.layer.operation else { return nil }
    self.probe = probe
    self.suppression = suppression
  }

  func evaluate() -> Tensor<Float> {
    let (corners, classScores) = (probe.inputs[0].values, probe.inputs[1])
    let classes = classScores.shape[1]
    var (values, kept): ([Float], [Int]) = ([], [])
    for number in min(firstClass, classes)..<classes {
      let scores = (0..<classScores.shape[0]).map { anchor -> Float in
        let objectness = probe.inputs[2].values[anchor]
        guard isObject(Double(objectness), suppression.objectnessThreshold) else { return 0 }
        return score(classScores.values[anchor * classes + number], objectness)
      }
      let earlier = isAcrossClasses ? kept : []
      let own = keep(corners, scores, after: earlier)
      kept += own
      for anchor in own {
        values += [label(number), scores[anchor]] + corners[(4 * anchor)..<(4 * anchor + 4)]
      }
    }
    return Tensor(Shape(trusted: [values.count / 6, 6]), values: values)
  }

  private func keep(_ corners: [Float], _ scores: [Float], after earlier: [Int]) -> [Int] {
    let candidates = scores.indices.filter { isCandidate(Double(scores[$0]), suppression.scoreThreshold) }
    var ranked = candidates.map { (scores[$0], $0) }.sorted(by: precedes).map(\.1)
    if limitsCandidates { ranked = Array(ranked.prefix(suppression.maxPerClass)) }
    var (kept, rivals) = ([Int](), earlier)
    for candidate in ranked {
      if kept.count == suppression.maxPerClass { break }
      let isSuppressed = rivals.contains {
        suppresses(Double(overlap(corners, $0, candidate)), suppression.iouThreshold)
      }
      if !isSuppressed { kept.append(candidate) }
      if !isSuppressed || suppressedSuppress { rivals.append(candidate) }
    }
    return kept
  }

  private func overlap(_ corners: [Float], _ first: Int, _ second: Int) -> Float {
    let (a, b) = (4 * first, 4 * second)
    let width = min(corners[a + 2], corners[b + 2]) - max(corners[a], corners[b]) + extent
    let height = min(corners[a + 3], corners[b + 3]) - max(corners[a + 1], corners[b + 1]) + extent
    func area(_ box: Int) -> Float {
      (corners[box + 2] - corners[box] + extent) * (corners[box + 3] - corners[box + 1] + extent)
    }
    return overlap(max(width, 0) * max(height, 0), area(a), area(b))
  }
}
