import Backends
import Catalogue

/// Shows whether a backend computes a specimen wrongly, and how small the specimen can be for that.
package struct FaultProbe {
  private let backend: any Backend
  private let algorithm: String?
  private let isExact: Bool
  private let truth: (Specimen) -> Truth

  /// - Parameters:
  ///   - algorithm: the one that is tried; nil leaves the choice to the backend.
  ///   - isExact: whether results must be right bit for bit.
  ///   - truth: the true output of any specimen, with magnitudes for linear kinds.
  package init(
    _ backend: any Backend, algorithm: String? = nil, isExact: Bool, truth: @escaping (Specimen) -> Truth
  ) {
    self.backend = backend
    self.algorithm = algorithm
    self.isExact = isExact
    self.truth = truth
  }

  /// Whether the backend's result is past its bound. A specimen that the backend cannot plan shows no fault.
  package func fails(_ specimen: Specimen) -> Bool { verdict(on: specimen)?.status == .failed }

  /// Whether the specimen fails and could be trusted if it did not: one whose truth is all zeros would be no proof that
  /// the fault is mended.
  private func tellsFault(_ specimen: Specimen) -> Bool {
    guard let verdict = verdict(on: specimen), verdict.status == .failed else { return false }
    return verdict.nonZeroShare >= Comparison.leastNonZeroShare
  }

  private func verdict(on specimen: Specimen) -> Verdict? {
    guard
      let plan = try? backend.plan(
        specimen.layer, parameters: specimen.parameters, algorithm: algorithm)
    else { return nil }
    return specimen.judge(plan, truth: truth(specimen), exact: isExact)
  }

  /// The smallest specimen that still fails, found by bisection: from either end of every axis a half is cut off, then
  /// a quarter, and so on to a single unit, as long as the fault still shows; axis after axis until none gives way
  /// (the minimising delta debugging of Zeller & Hildebrandt, IEEE TSE 28(2), 2002, restricted to ranges). So no
  /// further unit can be taken from either end of any axis; another way of cutting may lead to a smaller one.
  ///
  /// - Parameter specimen: one that fails.
  /// - Complexity: O(Σ log² extent) runs and truths per round, most of them of small specimens.
  package func smallest(of specimen: Specimen) -> Specimen {
    var smallest = specimen
    var isDone = false
    while !isDone {
      isDone = true
      var index = 0
      while index < smallest.axes.count {
        if let smaller = shrunk(smallest, along: index) {
          smallest = smaller
          isDone = false
        }
        index += 1
      }
    }
    return smallest
  }

  /// The specimen cut as far as it goes along one of its axes; nil where it goes nowhere.
  private func shrunk(_ specimen: Specimen, along index: Int) -> Specimen? {
    var smallest: Specimen?
    var axis = specimen.axes[index]
    var rest = axis.extent / 2
    while rest > 0 {
      let ranges = [rest..<axis.extent, 0..<(axis.extent - rest)]
      let candidates = ranges.lazy.compactMap(axis.keeping)
      guard let smaller = candidates.first(where: { isSmaller($0, index, than: axis) && tellsFault($0) })
      else {
        rest /= 2
        continue
      }
      smallest = smaller
      let axes = smaller.axes
      // With the last but one group gone, channels become axes of their own.
      guard axes.count == specimen.axes.count else { break }
      axis = axes[index]
      rest = axis.extent / 2
    }
    return smallest
  }

  /// Whether the cut took anything: one that must begin at a multiple of the stride may not have.
  private func isSmaller(_ specimen: Specimen, _ index: Int, than axis: SpecimenAxis) -> Bool {
    let axes = specimen.axes
    return index >= axes.count || axes[index].extent != axis.extent
  }
}
