import Backends
import Catalogue
import OpenBLASBackend
import ReferenceBackend
import Tensors
import TiledBackend
import Verification

/// EFGRNet on a picture of 64 pixels each way: every layer of the real network, with the real channels, at a
/// twenty-fifth of its work.
struct SmallNetwork {
  static let network = EFGRNetVGG16.network(name: "small", imageSize: 64, classes: 21)

  let parameters = SeededParameters(network)
  let backend = TiledBackend(threads: 2)
  let truths: TruthSource

  init() throws {
    truths = TruthSource(
      oracle: try Oracle(threads: 2) { layer, inputs, parameters in
        Reference.evaluate(layer, inputs: inputs, parameters: parameters, threads: 2)
      }, threads: 2)
  }

  /// Values as a picture has them less the mean, from a fixed stream.
  static let feed = NetworkFeed(
    image: Recipe(
      shape: Shape(trusted: [1, 3, 64, 64]), distribution: .uniform(scale: 128),
      generator: Philox(key: 0xFEED, stream: 0)
    ).makeTensor(), pictureSize: (640, 480))

  func chain() -> Chain { Chain(backend, feed: Self.feed, truths: truths) }
}
