import Backends
import Catalogue

extension Reference {
  /// The relative error of one `expf`, in units of u = 2⁻²⁴: the C library's is within 1 ulp, and an ulp is
  /// at most 2u of the value (glibc manual, §19.7, *Known Maximum Errors in Math Functions*).
  private static let exponentialError = 2.0

  /// What the loops do to a result in float32: heights count the roundings on the longest way of any term, in
  /// the order in which the kind's file computes.
  ///
  /// Attributes such as ε and variances are rounded from float64 to float32 once; that counts as a rounding
  /// where it lies on the longest way. √ halves the relative errors under it. Where an argument of exp is
  /// rounded, the roundings are counted here, but what they do to the result also grows with the argument's
  /// magnitude.
  package static func errorModel(of layer: Layer) -> ErrorModel {
    switch layer.operation {
    case .conv2d:
      ErrorModel(height: sumHeight(layer) + epilogueHeight(layer))
    case .deformConv2d:
      ErrorModel(
        height: interpolationHeight + sumHeight(layer) + epilogueHeight(layer), coordinates: .roundedSum)
    case .batchNorm2d:
      ErrorModel(height: normHeight)
    case .multiply, .add:
      ErrorModel(height: 1)
    case .objectnessModulate:
      // x·o: 1; + x: 1.
      ErrorModel(height: 2)
    case .sigmoid, .objectnessMap:
      // 1 + e⁻ˣ: 1; division: 1. The maximum is exact.
      ErrorModel(height: 2, exponentialError: exponentialError)
    case .l2Norm:
      // A square: 1, and C − 1 additions: C, which √ halves; √: 1; + ε: 1; division: 1; times weight: 1. ε,
      // itself rounded, passes no more.
      ErrorModel(height: (layer.inputShapes[0][1] + 1) / 2 + 4)
    case .softmax:
      // x − m: 1; the sum of n powers, first addition exact: n − 1; division: 1.
      ErrorModel(
        height: layer.outputShape[layer.outputShape.rank - 1] + 1, exponentialError: exponentialError)
    case .priorBox:
      // s: 1; r: 1, which √ halves to ½; √: 1; times or divided by √r: 1; division by W or H: 1. ⌈4½⌉.
      ErrorModel(height: 5)
    case .decodeBoxes:
      // Through the second step's centre: width·exp: 1, with its argument's variance and product: 2; the
      // variance: 1; two products: 2; + centre: 1; ∓ half the width: 1. (The width's own way: 2·3 + 1.)
      ErrorModel(height: 8, exponentialError: exponentialError)
    case .resizeBilinear:
      // Each axis: a weight: 1; its product: 1; the sum of two: 1.
      ErrorModel(height: 6)
    case .maxPool2d, .relu, .concat, .boxOffsets, .headPermute, .nms:
      .exact
    }
  }

  /// K products, each rounded once, added in sequence. The first addition, to 0, is exact, so the first
  /// product passes K − 1 roundings more: K in all.
  private static func sumHeight(_ layer: Layer) -> Int { layer.reductionLength }

  private static func epilogueHeight(_ layer: Layer) -> Int {
    (layer.parameterShapes.bias == nil ? 0 : 1) + (layer.parameterShapes.norm == nil ? 0 : normHeight)
  }

  /// x − mean: 1; ε rounded to float32 and var + ε: 2, which √ halves to 1; √: 1; division: 1;
  /// times weight: 1; + bias: 1.
  private static let normHeight = 6

  /// A sample of the map at a rounded position. The fraction f = y − ⌊y⌋ is exact for y ≥ 0 and y ≤ −½
  /// (Sterbenz's lemma); between, where only f and not 1 − f weighs a corner inside the map, it is rounded
  /// once. So f or 1 − f has 1 rounding along each axis: 2; the product of the two: 1; times the corner: 1;
  /// the sum of four, of which the first product is added to nothing: 3.
  private static let interpolationHeight = 7
}
