import Catalogue
import OpenBLASBackend
import Synchronization
import Tensors
import Testing

@Suite("Oracle")
struct OracleTests {
  static let cases = LayerCase.convolutions + LayerCase.deformables
  private static let oracle = Result { () throws(OracleError) in
    try Oracle(threads: 2, against: rememberedLoop)
  }

  /// Both sides round in float64 at most h = K + 16 times per term (see Oracle.furtherRoundings; the direct loop
  /// as often), so they differ by γ_{2h}·M, u = 2⁻⁵³; a further factor 1 + 2⁻¹⁶ covers M's own rounding.
  @Test("tells values and magnitudes of the direct loop", arguments: cases)
  func tellsTruth(layerCase: LayerCase) throws {
    let (layer, inputs, parameters) = try layerCase.data()
    let doubles = (inputs.map { $0.map(Double.init) }, parameters.map(Double.init))
    let values = directLoop(layer, doubles.0, doubles.1).values
    let magnitudes = try directMagnitude(layer, doubles.0, doubles.1).values
    let result = try Self.oracle.get().evaluate(layer, inputs: inputs, parameters: parameters)
    #expect(result.shape == layer.outputShape)
    #expect(result.values.count == values.count && result.magnitudes.count == values.count)
    let bound = Double(2 * (layer.reductionLength + 16)) * 0x1p-53 * (1 + 0x1p-16)
    for index in values.indices {
      #expect(abs(result.values[index] - values[index]) <= bound * magnitudes[index])
      #expect(abs(result.magnitudes[index] - magnitudes[index]) <= bound * magnitudes[index])
    }
  }

  /// From below exactly, in float64 of the direct loop (2⁻⁴⁰ for its own rounding); from above by twice the
  /// inflation for float32, which is at most (K + 6)·u on either side of m̂, and once more for the square.
  @Test("bounds the sums of magnitudes", arguments: cases, [1, 2])
  func boundsMagnitudeSums(layerCase: LayerCase, threads: Int) throws {
    let (layer, inputs, parameters) = try layerCase.data()
    let magnitudes = try directMagnitude(
      layer, inputs.map { $0.map(Double.init) }, parameters.map(Double.init)
    ).values
    let sums = try Self.oracle.get().magnitudeSums(layer, inputs: inputs, parameters: parameters)
    let inflation = 2 * Double(layer.reductionLength + 6) * 0x1p-24
    let sum = magnitudes.reduce(0, +)
    let squares = magnitudes.reduce(0) { $0 + $1 * $1 }
    #expect(sums.sum >= sum * (1 - 0x1p-40))
    #expect(sums.sum <= sum * (1 + inflation + 0x1p-40))
    #expect(sums.sumOfSquares >= squares * (1 - 0x1p-40))
    #expect(sums.sumOfSquares <= squares * (1 + 2.1 * inflation + 0x1p-40))
  }

  @Test("proves the library that is there")
  func proves() throws {
    _ = try Self.oracle.get()
  }

  /// Ways for a library to be wrong; each spoils one element, or leaves one as it was.
  enum Fault: Sendable, CaseIterable {
    case lastElementOfWideProducts, longSumsLoseATerm, leavesOneElement, returnsNaN

    func spoil<Scalar: BinaryFloatingPoint>(_ product: MatrixProduct<Scalar>) {
      let last = product.c + (product.rows - 1) * product.rowDistanceOfC + product.columns - 1
      switch self {
      case .lastElementOfWideProducts where product.columns == 300: last.pointee += 1
      case .longSumsLoseATerm where product.depth == 300:
        product.c.pointee -= product.a[299] * product.b[299 * product.rowDistanceOfB]
      case .leavesOneElement where product.rows == 33: last.pointee = 0
      case .returnsNaN where product.rows == 7: last.pointee = .nan
      default: break
      }
    }
  }

  @Test("names a library whose dgemm is wrong", arguments: Fault.allCases)
  func namesWrongDouble(fault: Fault) throws {
    let library = Library(
      name: "OpenBLAS 0.0.0", core: "Abacus", sgemm: Library.openBLAS.sgemm,
      dgemm: {
        Library.openBLAS.dgemm($0)
        fault.spoil($0)
      })
    try expectNamed(library, routine: "cblas_dgemm")
  }

  @Test("names a library whose sgemm is wrong", arguments: Fault.allCases)
  func namesWrongSingle(fault: Fault) throws {
    let library = Library(
      name: "OpenBLAS 0.0.0", core: "Abacus",
      sgemm: {
        Library.openBLAS.sgemm($0)
        fault.spoil($0)
      }, dgemm: Library.openBLAS.dgemm)
    try expectNamed(library, routine: "cblas_sgemm")
  }

  private func expectNamed(_ library: Library, routine: String) throws {
    let error = #expect(throws: OracleError.self) {
      try Oracle(threads: 1, library: library, against: Self.rememberedLoop)
    }
    let sentence = "\(try #require(error))"
    #expect(sentence.hasPrefix("The BLAS library OpenBLAS 0.0.0 is wrong on this processor (core Abacus)"))
    #expect(sentence.contains("with \(routine)") && sentence.contains("the product of "))
  }

  @Test("names the library there is when the reference disagrees in one element")
  func namesTheLibraryThereIs() throws {
    let error = #expect(throws: OracleError.self) {
      try Oracle.prove(threads: 1) { layer, inputs, parameters in
        var truth = directLoop(layer, inputs, parameters)
        truth.values[truth.values.count - 1] += 1e-9
        return truth
      }
    }
    let sentence = "\(try #require(error))"
    #expect(sentence.contains(Library.openBLAS.name) && sentence.contains("OpenBLAS"))
    #expect(sentence.contains("(core \(Library.openBLAS.core))"))
  }

  @Test("refuses other kinds and other shapes, in sentences")
  func refuses() throws {
    let oracle = try Self.oracle.get()
    let relu = try Layer(name: "r", operation: .relu, inputShapes: [Shape([1, 2])])
    let notLinear = #expect(throws: OracleError.self) {
      try oracle.evaluate(relu, inputs: [], parameters: Parameters())
    }
    #expect("\(notLinear!)" == "The oracle knows convolutions only; layer r is of kind relu.")
    let (layer, inputs, parameters) = try LayerCase.convolutions[0].data()
    let noInput = #expect(throws: OracleError.self) {
      try oracle.evaluate(layer, inputs: [], parameters: parameters)
    }
    #expect("\(noInput!)".contains("the inputs have other shapes"))
    let noWeights = #expect(throws: OracleError.self) {
      try oracle.magnitudeSums(layer, inputs: inputs, parameters: Parameters())
    }
    #expect("\(noWeights!)".contains("the parameters have other shapes"))
  }

  private struct Question: Hashable {
    let layer: Layer
    let values: [Double]
    let weight: [Double]?
  }
  private static let answers = Mutex<[Question: Tensor<Double>]>([:])

  /// The direct loop, each answer worked out once: the proof asks the same questions of every library.
  private static func rememberedLoop(
    _ layer: Layer, _ inputs: [Tensor<Double>], _ parameters: Parameters<Double>
  ) -> Tensor<Double> {
    let question = Question(layer: layer, values: inputs[0].values, weight: parameters.weight?.values)
    if let answer = answers.withLock({ $0[question] }) { return answer }
    let answer = directLoop(layer, inputs, parameters)
    answers.withLock { $0[question] = answer }
    return answer
  }
}
