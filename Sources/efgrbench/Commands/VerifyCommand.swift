import ArgumentParser
import Backends
import Catalogue
import Detection
import Foundation
import Golden
import History
import Measurement
import Microkernels
import Reporting
import Verification

/// Correctness alone.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verifies every implementation on golden packs, single files, or a network on any picture.",
    discussion: """
      Example: efgrbench verify --backends tiled --json result.json my-pack/ odd-case.safetensors
      Example: efgrbench verify --network efgrnet-vgg16-320-coco --image photo.png --weights mine.safetensors

      With --image every element of every layer is judged against the float64 oracle; no golden is needed. With \
      --network alone the network's golden is verified. Both tell of each layer which error it made and which it \
      inherited.
      """)

  @Argument(
    help: ArgumentHelp("Packs, folders of packs, or files (default: Golden).", valueName: "pack or file"))
  var paths: [String] = []
  @OptionGroup var any: AnyDataOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var golden: GoldenOptions
  @Option(
    help: ArgumentHelp("Write the results as JSON to a file; - for standard output.", valueName: "file"))
  var json: String?
  @Flag(
    help:
      "Try golden cases with every algorithm of each backend, not only with the one whose bound is tightest.")
  var allAlgorithms = false
  @Option(
    help: ArgumentHelp(
      "Save failed cases in a folder, cut down to the smallest shape that still fails.", valueName: "folder"))
  var saveFailures: String?

  func run() throws {
    try endingProgram {
      Interruption.listen()
      let network = try any.resolve(paths: paths)
      let coverage = KernelCoverage()
      let workbench = try Workbench(compute, coverage: coverage)
      if let fault = workbench.oracleFault { Notice.print(fault) }
      let keeper = try saveFailures.map { try FailureKeeper(folder: $0, workbench) }
      var pass = VerificationPass(workbench: workbench, keeper: keeper, selection: selection)
      if let network {
        try verify(network, &pass)
      } else {
        try pass.run(
          (paths.isEmpty ? ["Golden"] : paths).flatMap { GoldenPack.entries(at: URL(fileURLWithPath: $0)) },
          Progress())
      }
      let document = VerifyDocument(
        machine: .current(), results: pass.documentResults, refused: pass.refused,
        coverage: CoverageDocument(coverage, workbench))
      if let json { try JSONOutput.write(document, to: json) }
      if json != "-" {
        if network != nil { pass.printErrors() }
        pass.printSummary()
        CoverageDocument(coverage, workbench).map { print($0.sentence) }
        keeper?.sentences.forEach { print($0) }
      }
      return max(pass.status, workbench.oracleFault == nil ? .good : .notCovered)
    }
  }

  private var selection: Verifier.Selection {
    if allAlgorithms { return .all }
    return compute.kernels.algorithm == nil ? .tightest : .chosen
  }

  /// A network: on its golden, or on the user's picture.
  private func verify(_ network: Network, _ pass: inout VerificationPass) throws {
    let progress = Progress()
    guard let image = any.image else {
      guard let known = GoldenShelf.network(network.name, in: golden.golden) else {
        throw ProgramError.badInput(
          "\(golden.golden) holds no golden of \(network.name). Name a picture with --image, and it is "
            + "verified without one.")
      }
      try pass.verify(known) { progress.show($0, done: 0, total: 0) }
      return progress.clear()
    }
    let picture = try Picture(path: image)
    let parameters = try NetworkParameters(of: network, weights: any.weights, golden: golden.golden)
    Notice.print("the parameters are \(parameters.origin).")
    let check = NetworkCheck(
      network, feed: NetworkFeed(picture, size: network.imageSize), parameters: parameters.store,
      backends: pass.workbench.backends, truths: pass.workbench.truths)
    let weights = any.weights.map { " --weights \($0)" } ?? ""
    try pass.verify(
      check, network, repro: "efgrbench verify --network \(network.name) --image \(image)\(weights)", progress
    )
  }
}

extension CoverageDocument {
  /// What the tiled backend's plans ran through; nil where none of them ran.
  fileprivate init?(_ coverage: KernelCoverage, _ workbench: Workbench) {
    let (taken, missing) = (coverage.reached, coverage.unreached)
    guard !taken.isEmpty else { return nil }
    self.init(
      backend: workbench.tiled.name, isa: workbench.instructionSet.rawValue,
      taken: taken.map { "\($0.kernel): \($0.way)" }, notTaken: missing.map { "\($0.kernel): \($0.way)" })
  }

  /// How many ways were taken, and which were not where these are few.
  fileprivate var sentence: String {
    let missing = notTaken.count <= 12 ? "; not: " + notTaken.joined(separator: "; ") : " (--json lists them)"
    return
      "\(backend): \(taken.count) of \(taken.count + notTaken.count) ways through its micro-kernels were taken"
      + (notTaken.isEmpty ? "" : missing) + "."
  }
}
