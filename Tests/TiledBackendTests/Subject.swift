import Backends
import Catalogue
import Foundation
import Tensors
import Testing
import TiledBackend

/// A layer of any kind with data for one picture or for several equal ones.
struct Subject: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// Whether the kind has a batch.
  let isBatched: Bool
  /// The algorithm that it is planned with; nil where there is but one.
  let algorithm: String?
  let make: @Sendable (_ batch: Int) throws -> (Layer, [Tensor<Float>], Parameters<Float>)

  /// Every kind: convolutions around the edges of the tiles, plain and deformable, by every algorithm, and
  /// ``KindCase/all``.
  static let all = KindCase.all.map(Subject.init) + unforced + forced

  private static let unforced = convolutions.flatMap { shape in
    [false, true].filter { !($0 && shape.groups > 1) }.map { Subject(shape, deformable: $0) }
  }

  private static let forced: [Subject] =
    winograd.flatMap { shape in
      WinogradTransform.all.map {
        Subject(shape.adapted(to: $0), deformable: false, algorithm: $0.name)
      }
    }
    + shapes("packed-gemm") { $0.channels >= 16 && $0.groups == 1 }
    + shapes("pixel-gemm") { $0.stride == Pair(1) && $0.groups == 1 }

  private static func shapes(
    _ algorithm: String, where offers: (ConvolutionCase) -> Bool
  ) -> [Subject] {
    (convolutions + winograd).filter(offers).map {
      Subject($0, deformable: false, algorithm: algorithm)
    }
  }

  /// Tiles that few chunks hold and that many do, whole and broken, dense and in phases.
  private static let winograd =
    ConvolutionCase.winograd.suffix(6) + [
      ConvolutionCase(
        channels: 70, outputs: 40, kernel: Pair(3), map: Pair(9, 11), padding: Pair(2, 1),
        dilation: Pair(2, 1), hasNorm: true)
    ]

  /// Wide maps among them, so that several threads share the pixels.
  private static let convolutions =
    ConvolutionCase.all.suffix(16) + [
      ConvolutionCase(
        channels: 17, outputs: 33, kernel: Pair(3), map: Pair(19, 23), padding: Pair(1), hasNorm: true,
        relu: true),
      ConvolutionCase(channels: 40, outputs: 70, kernel: Pair(1), map: Pair(21, 20)),
      // As many channels as a vector and a rest of them.
      ConvolutionCase(channels: 11, outputs: 5, kernel: Pair(3), map: Pair(6, 5), padding: Pair(1)),
    ]

  private init(_ kind: KindCase) {
    testDescription = kind.testDescription
    isBatched = kind.isBatched
    algorithm = nil
    make = { batch in
      let data = try kind.data(batch: batch)
      return (try kind.layer(batch: batch), data.inputs, data.parameters)
    }
  }

  private init(_ shape: ConvolutionCase, deformable: Bool, algorithm: String? = nil) {
    testDescription =
      "\(deformable ? "deformable " : "")\(shape.testDescription)\(algorithm.map { " by \($0)" } ?? "")"
    self.algorithm = algorithm ?? (deformable ? nil : AlgorithmChoice.names[0])
    isBatched = true
    make = { batch in
      var shape = shape
      shape.batch = 1
      let data = TestData(try shape.layer(deformable: deformable), whole: false)
      shape.batch = batch
      let layer = try shape.layer(deformable: deformable)
      let inputs = zip(layer.inputShapes, data.inputs).map { extents, picture in
        Tensor(extents, values: (0..<batch).flatMap { _ in picture.values })
      }
      return (layer, inputs, data.parameters)
    }
  }
}

extension Tensor<Float> {
  /// The values as they lie in memory: a NaN equals itself, and 0 is not −0.
  var bits: Data { values.withUnsafeBytes { Data($0) } }

  /// Copies that begin at various distances from a cache line: as many as the allocator gives, in steps of the 16
  /// bytes that it aligns to.
  func copiesElsewhere() -> [Tensor] {
    (0..<8).map { step in
      var moved: [Float] = []
      moved.reserveCapacity(values.count + 4 * step)
      moved += values
      return Tensor(shape, values: moved)
    }
  }

  /// A copy followed by spare elements in the array's own memory, all of them ``spare``.
  func withSpareElements() -> Tensor {
    var longer: [Float] = []
    longer.reserveCapacity(values.count + Self.spareCount)
    longer += values
    longer.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      (base + buffer.count).initialize(repeating: Self.spare, count: Self.spareCount)
    }
    return Tensor(shape, values: longer)
  }

  /// Whether nothing was written to the spare elements.
  var areSpareElementsUntouched: Bool {
    guard values.capacity >= values.count + Self.spareCount else { return false }
    return values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return true }
      return (0..<Self.spareCount).allSatisfy {
        (base + buffer.count)[$0].bitPattern == Self.spare.bitPattern
      }
    }
  }

  /// Elements of the widest vector and more.
  private static var spareCount: Int { 64 }
  /// A signalling NaN with a payload that no arithmetic makes.
  private static var spare: Float { Float(bitPattern: 0x7FA0_5EED) }
}
