import ArgumentParser
import Backends
import Catalogue
import Detection
import Foundation
import Golden
import Tensors
import TiledBackend

/// A picture through the whole network.
struct DetectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect", abstract: "Prints what a network finds in a picture, and draws it.",
    discussion: """
      Example: efgrbench detect photo.png --weights efgrnet.safetensors --out boxes.png

      One line per detection: class, score, and the box's left, top, right and bottom edge in pixels. Without \
      --weights the parameters are those of the network's golden, which were never trained: the boxes mean nothing.
      """)

  @Argument(help: ArgumentHelp("The picture.", valueName: "image.png"))
  var picture: String
  @Option(help: ArgumentHelp("The network; see \"efgrbench layers --help\".", valueName: "name"))
  var network = "efgrnet-vgg16-320-coco"
  @Option(
    help: ArgumentHelp(
      "Its weights as safetensors, F32, under our names or the published checkpoint's.", valueName: "file"))
  var weights: String?
  @Option(help: ArgumentHelp("Where the picture with the boxes goes.", valueName: "png"))
  var out: String?
  @Option(help: ArgumentHelp("Detections below this score are left out.", valueName: "score"))
  var least = 0.3
  @OptionGroup var golden: GoldenOptions
  @OptionGroup var kernels: KernelOptions

  func run() throws {
    try endingProgram {
      let network: Network
      do throws(UnknownNetworkError) { network = try .named(self.network) } catch {
        throw ProgramError.usage(error.description)
      }
      var picture = try Picture(path: picture)
      let parameters = try NetworkParameters(of: network, weights: weights, golden: golden.golden)
      Notice.print("the parameters are \(parameters.origin).")
      let detections = try detect(picture, network, parameters.store)
      let names = ClassNames.of(classes: network.classes)
      print(Self.table(detections, names).text)
      if let out {
        picture.draw(detections, names: names)
        do { try picture.writePNG(to: URL(fileURLWithPath: out)) } catch {
          throw ProgramError.badInput("\(error)")
        }
      }
      return .good
    }
  }

  /// Runs the network by the tiled backend's own plan of it.
  private func detect(
    _ picture: Picture, _ network: Network, _ parameters: any ParameterStore
  ) throws -> [Detection] {
    let (instructionSet, threads) = (try kernels.resolveInstructionSet(), try kernels.resolveThreads())
    let backend = TiledBackend(
      instructionSet: instructionSet, threads: threads,
      choice: try kernels.resolveChoice(
        conditions: PlanShelf.conditions(instructionSet: instructionSet, threads: threads)))
    guard let plan = try backend.planNetwork(network, parameters: parameters.parameters),
      let last = network.steps.last?.layer.name
    else {
      throw ProgramError(
        status: .internalError, description: "The tiled backend has no plan of \(network.name).")
    }
    plan.run(NetworkFeed(picture, size: network.imageSize))
    let detections = plan.result(of: last) ?? Tensor<Float>(Shape(trusted: [0, 6]), values: [])
    return Detection.all(in: detections).filter { Double($0.score) >= least }.sorted { $0.score > $1.score }
  }

  private static func table(_ detections: [Detection], _ names: ClassNames) -> TextTable {
    var table = TextTable([
      ("class", .left), ("score", .right), ("left", .right), ("top", .right), ("right", .right),
      ("bottom", .right),
    ])
    for detection in detections {
      let box = detection.box
      table.add(
        [names[detection.label], String(format: "%.3f", detection.score)]
          + [box.left, box.top, box.right, box.bottom].map { String(format: "%.1f", $0) })
    }
    return table
  }
}
