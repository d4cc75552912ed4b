import Backends
import Catalogue
import Foundation
import Tensors
import Testing
import TiledBackend

@Suite("Measured choices")
struct PlanBookTests {
  private static let known = ["implicit-gemm", "winograd-4x4"]

  private static func layer(name: String = "test", map: Int = 8) throws -> Layer {
    try Layer(
      name: name, operation: .conv2d(Convolution(padding: Pair(1))),
      inputShapes: [try Shape([1, 32, map, map])],
      parameterShapes: ParameterShapes(weight: try Shape([32, 32, 3, 3])))
  }

  /// A book that knows the direct algorithm, 10 ns with a mean error of 1, and a quicker one.
  private static func book(quickError: Double) throws -> PlanBook {
    var book = PlanBook(conditions: "here")
    book.enter(
      [
        .init(algorithm: "winograd-4x4", nanoseconds: 5, meanError: quickError),
        .init(algorithm: "implicit-gemm", nanoseconds: 10, meanError: 1),
      ], for: try layer())
    return book
  }

  @Test("take the quickest algorithm within the error budget", arguments: [1, 3.9, 4.1, 100, .infinity])
  func budget(_ error: Double) throws {
    let choice = try Self.book(quickError: error).choice(for: try Self.layer(), among: Self.known)
    #expect(choice == (error <= PlanBook.errorBudget ? "winograd-4x4" : "implicit-gemm"))
  }

  @Test("hold for a layer of another name, but not of another size, nor where an algorithm is unknown")
  func scope() throws {
    let book = try Self.book(quickError: 1)
    #expect(book.choice(for: try Self.layer(name: "other"), among: Self.known) == "winograd-4x4")
    #expect(book.choice(for: try Self.layer(map: 9), among: Self.known) == nil)
    #expect(book.choice(for: try Self.layer(), among: Self.known + ["another"]) == nil)
  }

  @Test("hold for their conditions alone, and come back from a file as they were")
  func conditions() throws {
    let book = try Self.book(quickError: 2)
    let read = try JSONDecoder().decode(PlanBook.self, from: try JSONEncoder().encode(book))
    #expect(read == book)
    #expect(read.holds(for: "here") && !read.holds(for: "there"))
  }

  @Test("decide what the backend plans, and a forced algorithm overrules them", arguments: [1, 100.0])
  func planning(_ error: Double) throws {
    let layer = try Self.layer()
    let data = TestData(layer, whole: false)
    var book = PlanBook(conditions: "here")
    let tried = TiledBackend(threads: 1).algorithms(for: layer).map { name in
      PlanBook.Candidate(
        algorithm: name, nanoseconds: name == "winograd-2x2" ? 1 : 2,
        meanError: name == "implicit-gemm" ? 1 : error)
    }
    book.enter(tried, for: layer)
    func algorithm(_ choice: AlgorithmChoice) throws -> String {
      try TiledBackend(threads: 1, choice: choice).plan(layer, parameters: data.parameters).algorithm
    }
    #expect(try algorithm(.planned(book)) == (error == 1 ? "winograd-2x2" : "implicit-gemm"))
    #expect(try algorithm(.forced("winograd-4x4")) == "winograd-4x4")
  }

  /// Sixteen and more output channels fill the implicit algorithm's tiles; two leave most of them empty.
  @Test(
    "leave a network the implicit algorithm in place of pixel GEMM, unless that is forced",
    arguments: [(layer: "conv1_1", network: "implicit-gemm"), ("objectness1.conf", "pixel-gemm")])
  func inNetworks(_ name: String, _ expected: String) throws {
    let layer = try #require(Network.all.flatMap(\.layers).first { $0.name == name })
    let known = TiledBackend(threads: 1).algorithms(for: layer)
    var book = PlanBook(conditions: "here")
    book.enter(
      known.map { .init(algorithm: $0, nanoseconds: $0 == "pixel-gemm" ? 1 : 2, meanError: 1) }, for: layer)
    #expect(AlgorithmChoice.planned(book).algorithm(for: layer, known: known) == "pixel-gemm")
    #expect(AlgorithmChoice.planned(book).networkAlgorithm(for: layer, known: known) == expected)
    #expect(AlgorithmChoice.forced("pixel-gemm").networkAlgorithm(for: layer, known: known) == "pixel-gemm")
  }
}
