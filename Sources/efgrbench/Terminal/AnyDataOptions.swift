import ArgumentParser
import Catalogue

/// A network, a picture and weights of the user's own.
struct AnyDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A network to verify as a whole; see \"efgrbench layers --help\".", valueName: "name"))
  var network: String?

  @Option(help: ArgumentHelp("The picture that it is run on, in place of the golden's.", valueName: "png"))
  var image: String?

  @Option(
    help: ArgumentHelp(
      "Its weights as safetensors, F32, under our names or the published checkpoint's (default: the network "
        + "golden's, else seeded ones).", valueName: "file"))
  var weights: String?

  /// The network that was named; nil where packs are to be verified.
  ///
  /// - Throws: ``ProgramError`` for options that don't go together and networks that don't exist.
  func resolve(paths: [String]) throws -> Network? {
    guard let network else {
      guard image == nil, weights == nil else {
        throw ProgramError.usage("--image and --weights need --network.")
      }
      return nil
    }
    guard paths.isEmpty else { throw ProgramError.usage("--network takes no packs or files: \(paths[0]).") }
    guard weights == nil || image != nil else { throw ProgramError.usage("--weights needs --image.") }
    do {
      return try Network.named(network)
    } catch {
      throw ProgramError.usage(error.description)
    }
  }
}
