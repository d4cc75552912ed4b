import Accuracy
import Backends
import Catalogue
import Detection
import Foundation
import Golden
import History
import Measurement
import ReferenceBackend
import Tensors

/// A network run in one go on one backend, each layer fed by the layers before it, on the picture of a network golden.
final class Chain {
  let backend: any Backend
  private let golden: NetworkGolden
  private let feed: NetworkFeed
  private let fallback: ReferenceBackend
  private var outputs: [String: Tensor<Float>] = [:]
  /// The steps taken so far, with their plans, for timing the whole.
  private var taken: [(step: Step, plan: any Plan)] = []
  /// Nanoseconds of every step's first call.
  private(set) var firstCalls: Double = 0

  init(
    _ backend: any Backend, golden: NetworkGolden, picture: Picture, imageSize: Int,
    fallback: ReferenceBackend
  ) {
    self.backend = backend
    self.golden = golden
    self.fallback = fallback
    feed = NetworkFeed(
      image: picture.networkInput(size: imageSize), pictureSize: (picture.width, picture.height))
  }

  /// One layer's result inside the chain.
  struct Link {
    let verdict: Verdict
    /// The largest difference from the golden network's output, own and inherited, over that output's largest
    /// magnitude.
    let drift: Double?
    let nanoseconds: Double
    let algorithm: String

    var record: ChainedResult {
      ChainedResult(
        status: ResultStatus(verdict.status), localRatio: verdict.maxRatio, drift: drift)
    }
  }

  /// Runs the next layer and judges it against the truth for the very inputs that it got.
  ///
  /// - Returns: nil where the backend does not offer the kind and the reference ran in its stead.
  func advance(_ step: Step) throws -> Link? {
    let layer = step.layer
    let parameters = try golden.parameters(for: layer.name, shapes: layer.parameterShapes)
    let isOffered = backend.offers(layer.kind)
    let plan = try (isOffered ? backend : fallback).plan(layer, parameters: parameters)
    let inputs = feed.inputs(of: step, outputs: outputs)
    var output = Tensor<Float>(layer.outputShape, repeating: .nan)
    let nanoseconds = Double(MonotonicClock.time { plan.run(inputs, into: &output) }.nanoseconds)
    firstCalls += nanoseconds
    outputs[layer.name] = output
    taken.append((step, plan))
    guard isOffered else { return nil }
    let known = golden.truth(for: layer.name)
    let truth = localTruth(layer, inputs, parameters, indices: known?.indices, plan.errorModel)
    let bounds = ErrorBounds.evaluate(
      layer: layer, model: plan.errorModel, inputs: inputs, parameters: parameters, truth: truth)
    let verdict = Comparison.judge(layer: layer, output: output, truth: truth, bounds: bounds, exact: false)
      .weighingFlips(of: layer, inputs: inputs, output: output, exact: false)
    return Link(
      verdict: check(verdict, output, layer, known), drift: known.flatMap { drift(output, $0) },
      nanoseconds: nanoseconds, algorithm: plan.algorithm)
  }

  /// The truth for the layer's own inputs: at the golden's indices for linear kinds, of every element for the others.
  private func localTruth(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, indices: [Int]?,
    _ model: ErrorModel
  ) -> Truth {
    if let sample = DirectSample.evaluate(
      layer: layer, inputs: inputs, parameters: parameters, indices: indices, coordinates: model.coordinates)
    {
      return sample.truth(shape: layer.outputShape, indices: indices)
    }
    return Trial.referenceTruth(layer, inputs, parameters, threads: 1)
  }

  /// The detections' number and classes must be the golden's too: its margins leave no room for others.
  private func check(_ verdict: Verdict, _ output: Tensor<Float>, _ layer: Layer, _ known: Truth?) -> Verdict
  {
    guard layer.hasDynamicOutput, verdict.status.isGood, let known else { return verdict }
    let classes = { (values: [Double]) in stride(from: 0, to: values.count, by: 6).map { values[$0] } }
    if output.shape == known.shape, classes(output.values.map(Double.init)) == classes(known.values) {
      return verdict
    }
    return verdict.overruled(
      by: .failed,
      "The network's \(output.shape[0]) detections are not the golden's \(known.shape[0]), class for class.")
  }

  private func drift(_ output: Tensor<Float>, _ known: Truth) -> Double? {
    guard output.shape == known.shape else { return nil }
    var difference = 0.0
    var largest = 0.0
    for (position, value) in known.values.enumerated() {
      difference = max(difference, abs(Double(output.values[known.flatIndex(position)]) - value))
      largest = max(largest, abs(value))
    }
    return largest > 0 ? difference / largest : nil
  }

  /// Runs every step taken so far again, with nothing between the layers but handing on the tensors.
  func runAgain() {
    for (step, plan) in taken {
      let inputs = feed.inputs(of: step, outputs: outputs)
      let shape = step.layer.outputShape
      var output = outputs.removeValue(forKey: step.layer.name) ?? Tensor(shape, repeating: 0)
      plan.run(inputs, into: &output)
      outputs[step.layer.name] = output
    }
  }

  /// The output of a layer that has run.
  func output(of layer: String) -> Tensor<Float>? { outputs[layer] }
}

extension NetworkGolden {
  /// The catalogue's network of this name.
  ///
  /// - Throws: ``GoldenError`` where the catalogue has none.
  func catalogueNetwork() throws(GoldenError) -> Network {
    do {
      return try Network.named(network)
    } catch {
      throw GoldenError(file: url.path, rule: "the catalogue has no network called \"\(network)\"")
    }
  }

  /// The picture that lies beside the golden.
  ///
  /// - Throws: ``GoldenError`` where it can't be read, is another one, or is no PNG.
  func picture() throws(GoldenError) -> Picture {
    let bytes = try imageBytes()
    do {
      return try Picture(png: bytes, file: image)
    } catch {
      throw GoldenError(file: url.path, rule: "its picture is of no use (\(error))")
    }
  }
}
