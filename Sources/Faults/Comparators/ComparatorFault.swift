import Accuracy
import Catalogue

/// A mistake that a judge could hold.
package struct ComparatorFault: Sendable {
  package let id: String
  package let sentence: String
  private let edit: @Sendable (inout JudgeFormula) -> Void

  init(_ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout JudgeFormula) -> Void) {
    self.id = id
    self.sentence = sentence
    self.edit = edit
  }

  /// The judge without a mistake: it must find what the standard judge finds.
  package static let unedited = ComparatorFault("unedited", "Every decision is the right one.") { _ in }

  /// The exhibits that the faulty judge gets wrong: wrong ones that it passes, right ones that it fails.
  package func mistakes(on battery: [Exhibit]) -> [Exhibit] {
    var judge = JudgeFormula()
    edit(&judge)
    return battery.filter { judge.isGood($0) != ($0.expectation == .good) }
  }
}

/// What became of one faulty judge.
package struct ComparatorFinding: Sendable {
  package let fault: ComparatorFault
  /// The exhibits that tell it from the standard judge; none if it was missed.
  package let exhibits: [String]

  package init(_ fault: ComparatorFault, battery: [Exhibit]) {
    self.fault = fault
    exhibits = fault.mistakes(on: battery).map(\.name)
  }

  package var isCaught: Bool { !exhibits.isEmpty }
}
