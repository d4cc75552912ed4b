import Catalogue

extension Fault {
  /// Every formula with no decision changed: it must give the reference's bits, or a fault's effect would be the
  /// formula's own.
  package static let unedited: [Fault] = [
    unedited("linear", [.conv2d, .deformConv2d], .edited(LinearFormula.self) { _ in }),
    unedited("winograd", [.conv2d], .edited(WinogradFormula.self) { _ in }),
    unedited("norm", [.batchNorm2d], .edited(NormFormula.self) { _ in }),
    unedited("pooling", [.maxPool2d], .edited(PoolingFormula.self) { _ in }),
    unedited("softmax", [.softmax], .edited(SoftmaxFormula.self) { _ in }),
    unedited("l2-norm", [.l2Norm], .edited(L2NormFormula.self) { _ in }),
    unedited("objectness", [.objectnessMap], .edited(ObjectnessFormula.self) { _ in }),
    unedited("prior", [.priorBox], .edited(PriorFormula.self) { _ in }),
    unedited("decode", [.decodeBoxes], .edited(DecodeFormula.self) { _ in }),
    unedited("suppression", [.nms], .edited(SuppressionFormula.self) { _ in }),
    unedited("resize", [.resizeBilinear], .edited(ResizeFormula.self) { _ in }),
  ]

  private static func unedited(_ id: String, _ kinds: [LayerKind], _ mechanism: Mechanism) -> Fault {
    Fault(
      "unedited-\(id)", kinds, "Every decision is the right one.", mechanism,
      equivalentBecause: "the formula is the reference's")
  }
}
