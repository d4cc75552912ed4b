import Backends
import Catalogue
import Tensors
import Testing

/// What every linear layer obeys, whatever the truth. On whole numbers so small that float32 adds them exactly in any
/// order (at most 34·9 products of 12·4, plus a bias: below 2²⁴), each law holds to the last bit; by F(2×2) as well, whose
/// sum of absolute values is at most nine times as large and in quarters.
@Suite("Convolutions obey") struct LawTests {
  @Test("linearity in the input", arguments: Linear.all)
  func linearInInput(_ linear: Linear) throws {
    let layer = try linear.layer(hasBias: false)
    let (x, y) = (TestData(layer, whole: true), TestData(layer, whole: true, seed: 2))
    let offsets = Array(x.inputs.dropFirst())
    for backend in Implementation.exact(on: layer) {
      let left = try backend.run(layer, [mix(x.inputs[0], y.inputs[0])] + offsets, x.parameters)
      let right = mix(
        try backend.run(layer, x.inputs, x.parameters),
        try backend.run(layer, [y.inputs[0]] + offsets, x.parameters))
      #expect(left == right, "\(backend)")
    }
  }

  @Test("linearity in the weights", arguments: Linear.all)
  func linearInWeights(_ linear: Linear) throws {
    let layer = try linear.layer(hasBias: false)
    let (x, y) = (TestData(layer, whole: true), TestData(layer, whole: true, seed: 2))
    let weights = (try #require(x.parameters.weight), try #require(y.parameters.weight))
    for backend in Implementation.exact(on: layer) {
      let left = try backend.run(layer, x.inputs, Parameters(weight: mix(weights.0, weights.1)))
      let right = mix(
        try backend.run(layer, x.inputs, Parameters(weight: weights.0)),
        try backend.run(layer, x.inputs, Parameters(weight: weights.1)))
      #expect(left == right, "\(backend)")
    }
  }

  /// A single 1 in the input brings out the weights that meet it, and the bias.
  @Test("the impulse", arguments: Linear.all)
  func impulse(_ linear: Linear) throws {
    let layer = try linear.layer()
    let data = TestData(layer, whole: true)
    let input = layer.inputShapes[0]
    for place in [0, input[3] - 1, input.count / 2, input.count - input[3], input.count - 1] {
      var inputs = data.inputs
      inputs[0] = Tensor(input, repeating: 0)
      inputs[0].values[place] = 1
      let expected = try linear.impulseResponse(at: place, layer, inputs, data.parameters)
      for backend in Implementation.exact(on: layer) {
        #expect(try backend.run(layer, inputs, data.parameters) == expected, "\(backend) at \(place)")
      }
    }
  }

  /// The input moved by one stride moves the output by one pixel: what enters and what leaves is zero.
  @Test("shifts", arguments: Linear.all)
  func shift(_ linear: Linear) throws {
    let layer = try linear.layer()
    let data = TestData(layer, whole: true)
    let stride = linear.shape.stride
    let moved = data.inputs[0].moved(by: stride)
    var inputs = data.inputs
    inputs[0] = moved.moved(by: Pair(-stride.vertical, -stride.horizontal))
    let shifted = [moved] + data.inputs.dropFirst().map { $0.moved(by: Pair(1)) }
    for backend in Implementation.exact(on: layer) {
      let (still, output) = (
        try backend.run(layer, inputs, data.parameters), try backend.run(layer, shifted, data.parameters)
      )
      let size = Pair(still.shape[2], still.shape[3])
      let (from, to) = (
        still.cut(rows: 0..<(size.vertical - 1), columns: 0..<(size.horizontal - 1)),
        output.cut(rows: 1..<size.vertical, columns: 1..<size.horizontal)
      )
      #expect(from == to, "\(backend)")
    }
  }

  @Test("permutations of the channels", arguments: Linear.all.filter { $0.shape.groups == 1 })
  func permutation(_ linear: Linear) throws {
    let layer = try linear.layer()
    let data = TestData(layer, whole: true)
    let weight = try #require(data.parameters.weight)
    let bias = try #require(data.parameters.bias)
    let inputs = [data.inputs[0].reversed(axis: 1)] + data.inputs.dropFirst()
    for backend in Implementation.exact(on: layer) {
      let output = try backend.run(layer, data.inputs, data.parameters)
      let within = Parameters(weight: weight.reversed(axis: 1), bias: bias)
      #expect(try backend.run(layer, inputs, within) == output, "\(backend), input channels")
      let across = Parameters(weight: weight.reversed(axis: 0), bias: bias.reversed())
      #expect(
        try backend.run(layer, data.inputs, across) == output.reversed(axis: 1), "\(backend), output channels"
      )
    }
  }

  @Test("a split of the batch", arguments: Linear.all)
  func batchSplit(_ linear: Linear) throws {
    let (layer, one) = (try linear.layer(batch: 3), try linear.layer(batch: 1))
    let data = TestData(layer, whole: true)
    for backend in Implementation.exact(on: layer) {
      let together = try backend.run(layer, data.inputs, data.parameters)
      for image in 0..<3 {
        let inputs = data.inputs.map { $0.cut(axis: 0, image..<(image + 1)) }
        let alone = try backend.run(one, inputs, data.parameters)
        #expect(alone == together.cut(axis: 0, image..<(image + 1)), "\(backend), picture \(image)")
      }
    }
  }

  /// The sum over all input channels is the sum of the sums over some and over the others.
  @Test("sums over parts of the channels", arguments: Linear.all.filter { $0.shape.groups == 1 })
  func channelSum(_ linear: Linear) throws {
    let layer = try linear.layer(hasBias: false)
    let data = TestData(layer, whole: true)
    let weight = try #require(data.parameters.weight)
    for split in Set([1, linear.shape.channels / 2, linear.shape.channels - 1]) {
      for backend in Implementation.exact(on: layer) {
        let parts = try [0..<split, split..<linear.shape.channels].map { part in
          let inputs = [data.inputs[0].cut(axis: 1, part)] + data.inputs.dropFirst()
          let layer = try linear.layer(channels: part.count, hasBias: false)
          // Where it does not compute so few channels, another one that is exact.
          let same = Implementation.exact(on: layer).first { $0.description == backend.description }
          return try (same ?? Implementation.all[0]).run(
            layer, inputs, Parameters(weight: weight.cut(axis: 1, part)))
        }
        let whole = try backend.run(layer, data.inputs, data.parameters)
        #expect(whole.values == zip(parts[0].values, parts[1].values).map(+), "\(backend) at \(split)")
      }
    }
  }

  /// A grouped convolution is one convolution per group.
  @Test("splits of the groups", arguments: Linear.all.filter { $0.shape.groups > 1 })
  func groups(_ linear: Linear) throws {
    let layer = try linear.layer()
    let data = TestData(layer, whole: true)
    let (shape, weight) = (linear.shape, try #require(data.parameters.weight))
    let bias = try #require(data.parameters.bias)
    let (inputs, outputs) = (shape.channels / shape.groups, shape.outputs / shape.groups)
    var single = linear
    single.shape.groups = 1
    single.shape.outputs = outputs
    for backend in Implementation.exact(on: layer) {
      let whole = try backend.run(layer, data.inputs, data.parameters)
      for group in 0..<shape.groups {
        let (from, to) = (
          (group * inputs)..<((group + 1) * inputs), (group * outputs)..<((group + 1) * outputs)
        )
        let alone = try backend.run(
          try single.layer(channels: inputs), [data.inputs[0].cut(axis: 1, from)],
          Parameters(weight: weight.cut(axis: 0, to), bias: Array(bias[to])))
        #expect(alone == whole.cut(axis: 1, to), "\(backend), group \(group)")
      }
    }
  }

  /// 2x − y.
  private func mix(_ x: Tensor<Float>, _ y: Tensor<Float>) -> Tensor<Float> {
    Tensor(x.shape, values: zip(x.values, y.values).map { 2 * $0 - $1 })
  }
}
