import Catalogue
import Tensors

/// One small layer with data, on which a library is proved.
struct ProofCase: Sendable {
  /// What the case is, in words, for the sentence of a failure.
  let title: String
  let layer: Layer
  let inputs: [Tensor<Float>]
  let parameters: Parameters<Float>

  /// Every case: bare products first, so that a library that multiplies wrongly is found out by the simplest one.
  static func all() throws(LayerError) -> [ProofCase] { try products() + convolutions() }

  /// Extents around the edges of GEMM kernels: 1, a rest below every tile, one above 32 and 128, and one that is no
  /// multiple of any.
  private static let extents = [1, 7, 33, 129, 300]

  /// Products m×k by k×n over the Latin square of the extents: each pair of extents meets in each pair of roles. A
  /// product is a 1×1 convolution over a map of one row.
  private static func products() throws(LayerError) -> [ProofCase] {
    var cases: [ProofCase] = []
    for (first, rows) in extents.enumerated() {
      for (second, columns) in extents.enumerated() {
        let depth = extents[(first + second) % extents.count]
        cases.append(
          try make(
            "the product of \(rows)×\(depth) by \(depth)×\(columns)", Convolution(),
            input: [1, depth, 1, columns], weight: [rows, depth, 1, 1]))
      }
    }
    return cases
  }

  private static func convolutions() throws(LayerError) -> [ProofCase] {
    [
      try make(
        "a convolution with stride, padding and dilation",
        Convolution(stride: Pair(2, 1), padding: Pair(2, 3), dilation: Pair(1, 2), relu: true),
        input: [2, 5, 11, 13], weight: [7, 5, 3, 5], bias: true),
      try make(
        "a convolution in groups", Convolution(padding: Pair(1), groups: 3, relu: true),
        input: [1, 9, 8, 10], weight: [6, 3, 3, 3], norm: true),
      try make(
        "a 3×3 convolution with bias and norm", Convolution(padding: Pair(1)), input: [1, 33, 19, 17],
        weight: [35, 33, 3, 3], bias: true, norm: true),
      try make(
        "a deformable convolution", Convolution(stride: Pair(1, 2), padding: Pair(2), dilation: Pair(2)),
        input: [2, 7, 9, 10], weight: [17, 7, 3, 3], norm: true, isDeformable: true),
    ]
  }

  private static func make(
    _ title: String, _ convolution: Convolution, input: [Int], weight: [Int], bias: Bool = false,
    norm: Bool = false, isDeformable: Bool = false
  ) throws(LayerError) -> ProofCase {
    let (map, kernel) = (Pair(input[2], input[3]), Pair(weight[2], weight[3]))
    let size = convolution.outputSize(input: map, kernel: kernel)
    var shapes = [Shape(trusted: input)]
    if isDeformable {
      shapes.append(Shape(trusted: [input[0], 2 * weight[2] * weight[3], size.vertical, size.horizontal]))
    }
    let channels = Shape(trusted: [weight[0]])
    let layer = try Layer(
      name: "proof", operation: isDeformable ? .deformConv2d(convolution) : .conv2d(convolution),
      inputShapes: shapes,
      parameterShapes: ParameterShapes(
        weight: Shape(trusted: weight), bias: bias ? channels : nil, norm: norm ? channels : nil))
    func vector(_ stream: UInt64) -> [Float] { values(channels, stream: stream).values }
    return ProofCase(
      title: title, layer: layer,
      inputs: shapes.enumerated().map { $0 == 0 ? values($1, stream: 0) : offsets($1) },
      parameters: Parameters(
        weight: values(Shape(trusted: weight), stream: 1), bias: bias ? vector(2) : nil,
        norm: norm
          ? .init(
            weight: vector(3), bias: vector(4), runningMean: vector(5),
            runningVariance: vector(6).map { 1.5 + $0 })
          : nil))
  }

  /// Uniform in ±1.
  private static func values(_ shape: Shape, stream: UInt64) -> Tensor<Float> {
    Recipe(
      shape: shape, distribution: .uniform(scale: 1), generator: Philox(key: 0xB1A5, stream: stream)
    ).makeTensor()
  }

  /// Multiples of 1/64 in ±4: inside, outside and on the lattice. Base + offset is then exact in every format, so
  /// the proof needs no term for rounded positions.
  private static func offsets(_ shape: Shape) -> Tensor<Float> {
    Recipe(
      shape: shape, distribution: .integer(range: 256), generator: Philox(key: 0xB1A5, stream: 7)
    ).makeTensor().map { $0 / 64 }
  }
}
