import Catalogue
import Tensors

/// A mistake that a kernel could hold: one row of the list.
package struct Fault: Sendable {
  /// Unique in the list.
  package let id: String
  /// The kinds whose kernels could hold it; it must show in each.
  package let kinds: [LayerKind]
  /// What the faulty kernel does.
  package let sentence: String
  package let mechanism: Mechanism
  /// Why it changes no result, for one that does not; nil where it must be caught.
  package let proofOfEquivalence: String?

  init(
    _ id: String, _ kinds: [LayerKind], _ sentence: String, _ mechanism: Mechanism,
    equivalentBecause proof: String? = nil
  ) {
    self.id = id
    self.kinds = kinds
    self.sentence = sentence
    self.mechanism = mechanism
    proofOfEquivalence = proof
  }
}

/// How a fault is made: what a faulty kernel would produce, from the float32 evaluation of the probe's algorithm. Nil
/// stands for a probe that gives the fault nothing to do.
package enum Mechanism: Sendable {
  /// The right formula with other attributes.
  case operation(@Sendable (Operation) -> Operation?)
  /// The right formula with other parameters, of the same shapes.
  case parameters(@Sendable (Parameters<Float>) -> Parameters<Float>?)
  /// The right formula of other inputs, of the same shapes.
  case inputs(@Sendable ([Tensor<Float>]) -> [Tensor<Float>]?)
  /// The right output, then damaged.
  case output(@Sendable (Tensor<Float>) -> Tensor<Float>?)
  /// Another formula.
  case formula(@Sendable (Probe) -> Tensor<Float>?)
}

/// A kind's formula with its decisions laid open. Unedited it gives the reference's bits; a fault edits a decision.
protocol Formula: SendableMetatype {
  /// Nil for a probe of another kind.
  init?(_ probe: Probe)
  func evaluate() -> Tensor<Float>
}

extension Mechanism {
  /// A formula with a decision changed.
  static func edited<Kind: Formula>(
    _ kind: Kind.Type, _ edit: @escaping @Sendable (inout Kind) -> Void
  ) -> Mechanism {
    .formula { probe in
      guard var formula = Kind(probe) else { return nil }
      edit(&formula)
      return formula.evaluate()
    }
  }

  /// A formula for each element of the output alone.
  static func elements(_ element: @escaping @Sendable (Probe, Int) -> Float) -> Mechanism {
    .formula { probe in
      let shape = probe.layer.outputShape
      return Tensor(shape, values: (0..<shape.count).map { element(probe, $0) })
    }
  }

  /// Copies of elements of the first input: the flat index of the one that is copied.
  static func gathered(_ source: @escaping @Sendable (Probe, Int) -> Int) -> Mechanism {
    .elements { probe, flat in
      let values = probe.inputs[0].values
      return values[min(max(source(probe, flat), 0), values.count - 1)]
    }
  }
}
