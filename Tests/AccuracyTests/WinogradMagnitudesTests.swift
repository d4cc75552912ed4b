import Accuracy
import Backends
import Catalogue
import Tensors
import Testing

/// A layer with a Winograd algorithm, and data for it.
struct WinogradSample: CustomTestStringConvertible, Sendable {
  var batch = 1
  var channels = 5
  var outputs = 3
  var map = Pair(9, 10)
  var padding = Pair(1)
  var stride = Pair(1)
  var dilation = Pair(1)
  var hasBias = false
  var hasNorm = false

  var testDescription: String {
    "\(batch)×\(channels)→\(outputs) map \(map) padding \(padding) dilation \(dilation)"
      + "\(hasBias ? " bias" : "")\(hasNorm ? " norm" : "")"
  }

  static let all = [
    WinogradSample(),
    WinogradSample(batch: 2, channels: 3, outputs: 37, map: Pair(8), hasBias: true),
    WinogradSample(map: Pair(13, 7), padding: Pair(2, 0), dilation: Pair(2, 3), hasNorm: true),
    WinogradSample(
      channels: 18, outputs: 5, map: Pair(1, 3), padding: Pair(6), dilation: Pair(6), hasBias: true,
      hasNorm: true),
  ]

  /// The sample as the transform computes it: with its stride, and without a dilation where it takes none.
  func adapted(to transform: WinogradTransform) -> WinogradSample {
    var adapted = self
    adapted.stride = Pair(transform.stride)
    if transform.stride > 1 { adapted.dilation = Pair(1) }
    return adapted
  }

  var convolution: Convolution { Convolution(stride: stride, padding: padding, dilation: dilation) }

  func layer() throws -> Layer {
    let perChannel = Shape(trusted: [outputs])
    return try Layer(
      name: "winograd", operation: .conv2d(convolution),
      inputShapes: [Shape(trusted: [batch, channels, map.vertical, map.horizontal])],
      parameterShapes: ParameterShapes(
        weight: Shape(trusted: [outputs, channels, 3, 3]), bias: hasBias ? perChannel : nil,
        norm: hasNorm ? perChannel : nil))
  }

  func specimen() throws -> Specimen {
    let layer = try layer()
    func draw(_ shape: Shape, _ stream: UInt64) -> Tensor<Float> {
      Tensor(shape, values: random(shape.count, stream: 40 + stream))
    }
    let shapes = layer.parameterShapes
    return Specimen(
      layer: layer, inputs: [draw(layer.inputShapes[0], 0)],
      parameters: Parameters(
        weight: shapes.weight.map { draw($0, 1) }, bias: shapes.bias.map { draw($0, 2).values },
        norm: shapes.norm.map {
          .init(
            weight: draw($0, 3).values, bias: draw($0, 4).values, runningMean: draw($0, 5).values,
            runningVariance: draw($0, 6).values.map { abs($0) + 0.1 })
        }))
  }
}

extension WinogradMagnitudes {
  fileprivate init(_ specimen: Specimen, _ transform: WinogradTransform) throws {
    self = try #require(
      WinogradMagnitudes(specimen.layer, specimen.inputs, specimen.parameters, transform))
  }
}

@Suite struct WinogradMagnitudesTests {
  /// Σ_i Aᵀ_ri·G_is·Bᵀ_it is 1 where t = stride·r + s and else 0, and so are the outputs those of a convolution. Times
  /// the least common multiple of the norms' numerators G is whole, and every number here has so few digits that float64
  /// holds it: the norms are (up to powers of two) 1 and 2, with stride 2 only 1; 4, 6 and 24; 225, 25·119 and 9·119.
  @Test(
    arguments: [(.f2, 2), (.f2Strided, 1), (.f4Integer, 24), (.f4, 26775)] as [(WinogradTransform, Double)])
  func `the matrices make a convolution`(transform: WinogradTransform, multiple: Double) {
    let whole = transform.filterMatrix.map { $0.map { ($0 * multiple).rounded() } }
    for (exact, rounded) in zip(transform.filterMatrix.joined(), whole.joined()) {
      #expect(abs(exact * multiple - rounded) <= 1e-9)
    }
    let (sums, inputs) = (transform.sumMatrix, transform.inputMatrix)
    for output in 0..<transform.outputs {
      for tap in 0..<3 {
        for input in 0..<transform.size {
          let sum = (0..<transform.size).reduce(0.0) {
            $0 + sums[output][$1] * whole[$1][tap] * inputs[$1][input]
          }
          #expect(
            sum == (input == output * transform.stride + tap ? multiple : 0), "\(output) \(tap) \(input)")
        }
      }
    }
  }

  /// What multiplies in the kernels is exact in float32.
  @Test(arguments: WinogradTransform.all)
  func `the matrices of inputs and sums are float32 numbers`(transform: WinogradTransform) {
    for value in (transform.sumMatrix + transform.inputMatrix).joined() {
      #expect(Double(Float(value)) == value)
    }
  }

  @Test(arguments: WinogradTransform.all, WinogradSample.all)
  func `elements alone are the elements of the whole`(
    transform: WinogradTransform, sample: WinogradSample
  ) throws {
    let sample = sample.adapted(to: transform)
    let magnitudes = try WinogradMagnitudes(sample.specimen(), transform)
    let all = magnitudes.evaluate(nil)
    let indices = Array(all.indices.reversed()) + [0, 0]
    #expect(magnitudes.evaluate(indices) == indices.map { all[$0] })
  }

  @Test(arguments: WinogradTransform.all, WinogradSample.all)
  func `magnitudes are their definition`(transform: WinogradTransform, sample: WinogradSample) throws {
    let sample = sample.adapted(to: transform)
    let specimen = try sample.specimen()
    let all = try WinogradMagnitudes(specimen, transform).evaluate(nil)
    for index in stride(from: 0, to: all.count, by: max(1, all.count / 60)) {
      let expected = defined(specimen, transform, sample, at: index)
      // Both are sums of positive terms in float64, in another order.
      #expect(abs(all[index] - expected) <= 1e-12 * expected, "element \(index)")
    }
  }

  /// M of one output, as a sum over everything.
  private func defined(
    _ specimen: Specimen, _ transform: WinogradTransform, _ sample: WinogradSample, at flat: Int
  ) -> Double {
    let index = specimen.layer.outputShape.index(ofFlat: flat)
    let (rows, columns) = (
      axis(index[2], sample.padding.vertical, sample.dilation.vertical, transform),
      axis(index[3], sample.padding.horizontal, sample.dilation.horizontal, transform)
    )
    let (filter, sums, inputs) = (transform.filterMatrix, transform.sumMatrix, transform.inputMatrix)
    var magnitude = 0.0
    for channel in 0..<sample.channels {
      for i in 0..<transform.size {
        for j in 0..<transform.size {
          var (value, reach, patch) = (0.0, 0.0, 0.0)
          for tap in 0..<9 {
            let weight = Double(
              specimen.parameters.weight?.values[(index[1] * sample.channels + channel) * 9 + tap] ?? 0)
            value += filter[i][tap / 3] * weight * filter[j][tap % 3]
            reach += abs(filter[i][tap / 3] * weight * filter[j][tap % 3])
          }
          for k in 0..<transform.size {
            for l in 0..<transform.size {
              let pixel = self.pixel(specimen.inputs[0], index[0], channel, rows.start(k), columns.start(l))
              patch += abs(inputs[i][k] * pixel * inputs[j][l])
            }
          }
          let factor = abs(sums[rows.output][i] * sums[columns.output][j])
          magnitude += factor * (abs(value) + 0x1p-28 * reach) * patch
        }
      }
    }
    return finished(magnitude, specimen, channel: index[1])
  }

  /// The output's number in its tile, and the tile's inputs along an axis.
  private func axis(
    _ place: Int, _ padding: Int, _ dilation: Int, _ transform: WinogradTransform
  ) -> (output: Int, start: (Int) -> Int) {
    let (inPhase, phase) = place.quotientAndRemainder(dividingBy: dilation)
    let first = inPhase / transform.outputs * transform.outputs
    return (inPhase - first, { phase + (first * transform.stride + $0) * dilation - padding })
  }

  private func pixel(_ map: Tensor<Float>, _ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Double {
    let shape = map.shape
    guard (0..<shape[2]).contains(y), (0..<shape[3]).contains(x) else { return 0 }
    return Double(map.values[((image * shape[1] + channel) * shape[2] + y) * shape[3] + x])
  }

  private func finished(_ sum: Double, _ specimen: Specimen, channel: Int) -> Double {
    let biased = sum + abs(Double(specimen.parameters.bias?[channel] ?? 0))
    guard let norm = specimen.parameters.norm else { return biased }
    let scale = Double(norm.weight[channel]) / (Double(norm.runningVariance[channel]) + 1e-5).squareRoot()
    return (biased + abs(Double(norm.runningMean[channel]))) * abs(scale) + abs(Double(norm.bias[channel]))
  }

  /// The triangle inequality: the direct algorithm's terms are sums of these.
  @Test(arguments: WinogradTransform.all, WinogradSample.all)
  func `magnitudes are at least the direct algorithm's`(
    transform: WinogradTransform, sample: WinogradSample
  ) throws {
    let sample = sample.adapted(to: transform)
    let specimen = try sample.specimen()
    let all = try WinogradMagnitudes(specimen, transform).evaluate(nil)
    let direct = try #require(
      DirectSample.evaluate(
        layer: specimen.layer, inputs: specimen.inputs, parameters: specimen.parameters, indices: nil))
    #expect(all.count == direct.magnitudes.count)
    #expect(zip(all, direct.magnitudes).allSatisfy { $0 >= $1 * (1 - 1e-12) })
  }

  /// Σ M is exact but for tiles that reach over the edge. √Σ M² loses what Cauchy and Schwarz's inequality loses on
  /// positive numbers, ⟨u²⟩⟨v²⟩/(⟨u⟩⟨v⟩)², less than 2 for numbers spread as evenly as these.
  @Test(arguments: WinogradTransform.all, WinogradSample.all)
  func `totals bound the sums from above`(transform: WinogradTransform, sample: WinogradSample) throws {
    let sample = sample.adapted(to: transform)
    let magnitudes = try WinogradMagnitudes(sample.specimen(), transform)
    let all = magnitudes.evaluate(nil)
    let (sum, squares) = all.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
    let totals = magnitudes.totals()
    #expect(totals.sum >= sum * (1 - 1e-12) && totals.squares >= squares * (1 - 1e-12))
    let shape = try sample.layer().outputShape
    let tiles = [(shape[2], sample.dilation.vertical), (shape[3], sample.dilation.horizontal)]
    if tiles.allSatisfy({ $0 % ($1 * transform.outputs) == 0 }) {
      #expect(totals.sum <= sum * (1 + 1e-12) && totals.squares <= 2 * squares)
    }
  }

  @Test(arguments: WinogradTransform.all, WinogradSample.all)
  func `a pixel's totals are its channels' sum and no less than their largest`(
    transform: WinogradTransform, sample: WinogradSample
  ) throws {
    let sample = sample.adapted(to: transform)
    let magnitudes = try WinogradMagnitudes(sample.specimen(), transform)
    let all = magnitudes.evaluate(nil)
    let area = all.count / sample.batch / sample.outputs
    for (pixel, total) in magnitudes.channelTotals().enumerated() {
      let (image, place) = pixel.quotientAndRemainder(dividingBy: area)
      let channels = (0..<sample.outputs).map { all[(image * sample.outputs + $0) * area + place] }
      let sum = channels.reduce(0, +)
      #expect(abs(total.sum - sum) <= 1e-12 * sum)
      #expect(channels.allSatisfy { total.peak >= $0 * (1 - 1e-12) })
    }
  }

  @Test func `other convolutions have none`() throws {
    let shape = Shape(trusted: [2, 2, 3, 3])
    let layer = try Layer(
      name: "strided", operation: .conv2d(Convolution(stride: Pair(2, 1))),
      inputShapes: [Shape(trusted: [1, 2, 7, 7])], parameterShapes: ParameterShapes(weight: shape))
    let (input, weight) = (
      Tensor<Float>(layer.inputShapes[0], repeating: 1), Tensor<Float>(shape, repeating: 1)
    )
    for transform in WinogradTransform.all {
      #expect(WinogradMagnitudes(layer, [input], Parameters(weight: weight), transform) == nil)
    }
  }
}
