import ArgumentParser
import Catalogue
import Foundation
import Reporting

/// The catalogue.
struct LayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Lists a network's layers: kinds, shapes, parameters, MACs, bytes.",
    discussion: """
      Example: efgrbench layers --network efgrnet-vgg16-512-voc --layers 'deform*'
      Networks: \(Network.all.map(\.name).joined(separator: ", "))
      """)

  @OptionGroup var network: NetworkOptions
  @Option(help: ArgumentHelp("Write the list as JSON to a file; - for standard output.", valueName: "file"))
  var json: String?

  func run() throws {
    try endingProgram {
      let (network, steps) = try network.resolve()
      let layers = steps.map(\.layer)
      let document = LayersDocument(
        network: network.name, priors: network.priorCount,
        layers: layers.map {
          .init(
            name: $0.name, kind: $0.kind.rawValue, inputs: $0.inputShapes.map(\.dimensions),
            output: $0.outputShape.dimensions, parameters: $0.parameterCount, macs: $0.macs,
            bytes: $0.bytesMoved)
        })
      if let json { try JSONOutput.write(document, to: json) }
      if json != "-" { printTable(layers, network) }
      return .good
    }
  }

  private func printTable(_ layers: [Layer], _ network: Network) {
    var table = TextTable([
      ("layer", .left), ("kind", .left), ("inputs", .left), ("output", .left), ("attributes", .left),
      ("parameters", .right), ("MACs", .right), ("bytes", .right),
    ])
    for layer in layers {
      table.add([
        layer.name, layer.kind.rawValue, layer.inputShapes.map(\.description).joined(separator: " "),
        layer.outputShape.description, layer.attributesInWords,
        layer.parameterCount == 0 ? "–" : Quantity.count(layer.parameterCount),
        layer.macs == 0 ? "–" : Quantity.count(layer.macs), Quantity.count(layer.bytesMoved),
      ])
    }
    print(table.text)
    func macs(_ kind: LayerKind) -> Double {
      Double(layers.filter { $0.kind == kind }.reduce(0) { $0 + $1.macs }) / 1e9
    }
    let parameters = Double(layers.reduce(0) { $0 + $1.parameterCount }) / 1e6
    print()
    print(
      String(
        format:
          "%@: %d layers, %.3f M parameters, %.3f GMAC in convolutions + %.3f GMAC in deformable ones, P = %d",
        network.name, layers.count, parameters, macs(.conv2d), macs(.deformConv2d), network.priorCount))
  }
}

/// JSON to a file, or to standard output under the name `-`.
enum JSONOutput {
  static func write(_ document: some Encodable, to path: String) throws {
    try write(text: try document.jsonText(), to: path)
  }

  static func write(text: String, to path: String) throws {
    if path == "-" { return print(text, terminator: "") }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ProgramError.badInput("The file \(path) can't be written: \(error.localizedDescription)")
    }
  }
}
