extension Network {
  /// Every network of the catalogue, in the order in which they are listed.
  package static let all: [Network] = [
    EFGRNetVGG16.network(name: "efgrnet-vgg16-320-coco", imageSize: 320, classes: 81),
    EFGRNetVGG16.network(name: "efgrnet-vgg16-320-voc", imageSize: 320, classes: 21),
    EFGRNetVGG16.network(name: "efgrnet-vgg16-512-coco", imageSize: 512, classes: 81),
    EFGRNetVGG16.network(name: "efgrnet-vgg16-512-voc", imageSize: 512, classes: 21),
  ]

  /// The network called `name`.
  ///
  /// - Throws: ``UnknownNetworkError``, which lists the names there are.
  package static func named(_ name: String) throws(UnknownNetworkError) -> Network {
    guard let network = all.first(where: { $0.name == name }) else { throw UnknownNetworkError(name: name) }
    return network
  }
}

/// A name that no network of the catalogue has.
package struct UnknownNetworkError: Error, CustomStringConvertible, Sendable {
  package let name: String

  package var description: String {
    "There is no network called \"\(name)\". There are: \(Network.all.map(\.name).joined(separator: ", "))."
  }
}
