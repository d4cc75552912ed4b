import Accuracy
import Backends
import Catalogue
import Foundation
import Golden
import ReferenceBackend
import Tensors
import Verification

/// Saves failed golden cases as files that can be carried away, each cut down to the smallest shape that still fails
/// on the backend that failed.
///
/// The cut cases get a truth of their own, in float64. Where the whole case, judged by such a truth, does not fail,
/// the implementation is right about its inputs and the file's truth is in doubt: the case is saved as it is, and a
/// sentence says so.
final class FailureKeeper {
  private let folder: URL
  private let workbench: Workbench
  private(set) var sentences: [String] = []

  /// - Throws: ``ProgramError`` where the folder can't be made.
  init(folder: String, _ workbench: Workbench) throws {
    self.folder = URL(fileURLWithPath: folder)
    self.workbench = workbench
    do {
      try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
    } catch {
      throw ProgramError.badInput(
        "The folder \(folder) for failures can't be made: \(error.localizedDescription)")
    }
  }

  /// Saves what `golden` has shown to be wrong with one algorithm of `backend`.
  func keep(_ golden: GoldenCase, on backend: any Backend, algorithm: String) throws {
    let specimen = Specimen(
      layer: golden.layer, inputs: golden.loadInputs(), parameters: golden.loadParameters())
    let option = backend.option(for: algorithm, of: golden.layer)
    let probe = FaultProbe(backend, algorithm: algorithm, isExact: golden.comparison == .exact) {
      self.truth(of: $0)
    }
    guard probe.fails(specimen) else {
      let url = url(golden.name)
      try golden.write(to: url)
      sentences.append(
        """
        \(golden.name): the \(backend.name) backend agrees with the truth recomputed in float64 from the case's own \
        inputs, so the file's truth is in doubt. Saved as it is: \(Trial.path(url))
          repeat with: \(command(url, backend, option))
        """)
      return
    }
    let smallest = probe.smallest(of: specimen)
    let name = "\(golden.name)-\(backend.name)\(option.isEmpty ? "" : "-\(algorithm)")"
    let url = url(name)
    try GoldenCase(
      name: name, layer: smallest.layer, inputs: smallest.inputs.map(TensorSource.stored),
      parameters: ParameterSources(smallest.parameters), comparison: golden.comparison,
      truth: truth(of: smallest), provenance: provenance(golden, url, backend, option)
    ).write(to: url)
    sentences.append(
      """
      \(golden.name) fails on \(backend.name) with inputs cut from \(Self.shapes(specimen)) to \
      \(Self.shapes(smallest)). Saved: \(Trial.path(url))
        repeat with: \(command(url, backend, option))
      """)
  }

  private func url(_ name: String) -> URL {
    folder.appending(path: name.replacing("/", with: "-") + ".safetensors")
  }

  private func truth(of specimen: Specimen) -> Truth {
    let (layer, inputs, parameters) = (specimen.layer, specimen.inputs, specimen.parameters)
    let sample = DirectSample.evaluate(layer: layer, inputs: inputs, parameters: parameters, indices: nil)
    if let sample { return sample.truth(shape: layer.outputShape, indices: nil) }
    let output = Reference.evaluate(
      layer, inputs: inputs.map { $0.map(Double.init) }, parameters: parameters.map(Double.init),
      threads: workbench.threads)
    return Truth(shape: output.shape, values: output.values)
  }

  /// The command that repeats the failure in a fresh clone, with all that chooses the kernels.
  private func command(_ url: URL, _ backend: any Backend, _ option: String) -> String {
    "swift run -c release efgrbench verify --backends \(backend.name)\(option) --isa \(workbench.instructionSet.rawValue) "
      + "--threads \(workbench.threads) \(Trial.path(url))"
  }

  private func provenance(
    _ golden: GoldenCase, _ url: URL, _ backend: any Backend, _ option: String
  ) throws -> String {
    let fields: [String: Any] = [
      "generator": "efgrbench verify --save-failures", "version": "1",
      "command": command(url, backend, option),
      "seed": 0, "truth": "float64", "libraries": [String: String](), "cut_from": golden.name,
      "original": try JSONSerialization.jsonObject(with: Data(golden.provenance.utf8)),
    ]
    return String(
      decoding: try JSONSerialization.data(
        withJSONObject: fields, options: [.sortedKeys, .withoutEscapingSlashes]),
      as: UTF8.self)
  }

  private static func shapes(_ specimen: Specimen) -> String {
    specimen.inputs.isEmpty ? "none" : specimen.inputs.map(\.shape.description).joined(separator: ", ")
  }
}
