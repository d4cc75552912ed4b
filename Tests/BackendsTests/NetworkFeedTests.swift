import Backends
import Catalogue
import Tensors
import Testing

@Suite("The feed of a network") struct NetworkFeedTests {
  @Test("hands on views, columns and the picture's size")
  func sources() throws {
    let image = Tensor<Float>(try Shape([1, 3, 2, 2]), values: (0..<12).map(Float.init))
    let feed = NetworkFeed(image: image, pictureSize: (width: 640, height: 480))
    let scores = Tensor<Float>(try Shape([1, 3, 2]), values: [0, 1, 2, 3, 4, 5])
    let layer = try Layer(
      name: "filter",
      operation: .nms(
        Suppression(scoreThreshold: 0, iouThreshold: 1, maxPerClass: 1, objectnessThreshold: 0)),
      inputShapes: [Shape([3, 4]), Shape([3, 2]), Shape([3])])
    let step = Step(layer: layer, sources: [.pixelScale, .output(of: "scores"), .column(1, of: "scores")])
    let inputs = feed.inputs(of: step, outputs: ["scores": scores])
    #expect(inputs[0].values == [640, 480, 640, 480, 640, 480, 640, 480, 640, 480, 640, 480])
    #expect(inputs[1].shape.dimensions == [3, 2] && inputs[1].values == scores.values)
    #expect(inputs[2].values == [1, 3, 5])
    let pooling = try Layer(
      name: "p", operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2))), inputShapes: [image.shape])
    #expect(feed.inputs(of: Step(layer: pooling, sources: [.image]), outputs: [:])[0] == image)
  }

  @Test("The processor's instruction sets end with the baseline, best first")
  func instructionSets() {
    let available = InstructionSet.available
    #expect(available.last == .baseline)
    #expect(InstructionSet.best == available.first)
    #expect(!available.contains(.avx512) || available.contains(.avx2))
  }
}
