import Backends
import Catalogue
import Foundation
import OpenBLASBackend
import ReferenceBackend
import Tensors
import Testing
import TiledBackend

/// A backend that promises equal bits, made anew for each use: a pool of threads runs one job at a time.
private struct Promising: CustomStringConvertible, Sendable {
  let description: String
  let make: @Sendable (_ threads: Int) -> any Backend

  /// A plan by the algorithm of that name, where the backend has several.
  func plan(
    _ layer: Layer, _ parameters: Parameters<Float>, threads: Int, algorithm: String?
  ) throws -> any Plan {
    let backend = make(threads)
    let known = backend.algorithms(for: layer)
    return try backend.plan(
      layer, parameters: parameters, algorithm: algorithm.flatMap { known.contains($0) ? $0 : nil })
  }

  /// The tiled backend with each instruction set.
  static let tiled = InstructionSet.available.map { set in
    Promising(description: "\(set)") { TiledBackend(instructionSet: set, threads: $0) }
  }

  /// These, and the naive loops.
  static let all = tiled + [Promising(description: "reference") { ReferenceBackend(threads: $0) }]
}

@Suite("Plans of every kind give the same bits") struct DeterminismTests {
  @Test("as they promise, which OpenBLAS's do not", arguments: Subject.all)
  func promise(_ subject: Subject) throws {
    let (layer, _, parameters) = try subject.make(1)
    for backend in Promising.all {
      #expect(
        try backend.plan(layer, parameters, threads: 1, algorithm: subject.algorithm).errorModel
          .isDeterministic)
    }
    let openblas = OpenBLASBackend(threads: 1)
    if openblas.offers(layer.kind) {
      #expect(try openblas.plan(layer, parameters: parameters).errorModel.isDeterministic == false)
    }
  }

  /// One thread runs the tasks in order; more share them out anew on every run.
  @Test("over numbers of threads", arguments: Subject.all)
  func threads(_ subject: Subject) throws {
    let (layer, inputs, parameters) = try subject.make(subject.isBatched ? 2 : 1)
    for backend in Promising.all {
      let once = try run(layer, inputs, parameters, backend, threads: 1, algorithm: subject.algorithm).bits
      for threads in [2, 3, 7, ProcessInfo.processInfo.activeProcessorCount] {
        #expect(
          try run(layer, inputs, parameters, backend, threads: threads, algorithm: subject.algorithm).bits
            == once,
          "\(backend), \(threads) threads"
        )
      }
    }
  }

  /// Other data come between, so that nothing stale helps.
  @Test("over repeats", arguments: Subject.all)
  func repeats(_ subject: Subject) throws {
    let (layer, inputs, parameters) = try subject.make(1)
    for backend in Promising.all {
      let plan = try backend.plan(layer, parameters, threads: 2, algorithm: subject.algorithm)
      var output = Tensor<Float>(layer.outputShape, repeating: .nan)
      plan.run(inputs, into: &output)
      let once = output.bits
      for _ in 0..<3 {
        plan.run(inputs.map { $0.map { 1 - $0 } }, into: &output)
        plan.run(inputs, into: &output)
        #expect(output.bits == once, "\(backend)")
      }
    }
  }

  @Test("over positions in the batch", arguments: Subject.all.filter(\.isBatched))
  func positions(_ subject: Subject) throws {
    let (one, picture, parameters) = try subject.make(1)
    let (three, pictures, _) = try subject.make(3)
    for backend in Promising.all {
      let once = try run(one, picture, parameters, backend, threads: 2, algorithm: subject.algorithm).bits
      let thrice = try run(three, pictures, parameters, backend, threads: 2, algorithm: subject.algorithm)
        .bits
      #expect(thrice == once + once + once, "\(backend)")
    }
  }

  /// Whole plans at the alignments that arrays come in; MicrokernelsTests put each loop at every one.
  @Test("over alignments of inputs and output", arguments: Subject.all)
  func alignments(_ subject: Subject) throws {
    let (layer, inputs, parameters) = try subject.make(1)
    for backend in Promising.all {
      let plan = try backend.plan(layer, parameters, threads: 2, algorithm: subject.algorithm)
      var first = Tensor<Float>(layer.outputShape, repeating: .nan)
      plan.run(inputs, into: &first)
      let copies = inputs.map { $0.copiesElsewhere() }
      let outputs = Tensor<Float>(layer.outputShape, repeating: .nan).copiesElsewhere()
      for (index, output) in outputs.enumerated() {
        var output = output
        plan.run(copies.map { $0[index] }, into: &output)
        #expect(output.bits == first.bits, "\(backend)")
      }
    }
  }

  /// What lies behind an input spoils whatever reads it, and so shows in the output; what lies behind the output
  /// shows whatever writes it. A dynamic output is an array of its own, and so is any of the naive loops.
  @Test("whatever lies behind inputs and output", arguments: Subject.all)
  func surroundings(_ subject: Subject) throws {
    let (layer, inputs, parameters) = try subject.make(1)
    for backend in Promising.tiled {
      let plan = try backend.plan(layer, parameters, threads: 2, algorithm: subject.algorithm)
      var plain = Tensor<Float>(layer.outputShape, repeating: .nan)
      plan.run(inputs, into: &plain)
      let spared = inputs.map { $0.withSpareElements() }
      var output = Tensor<Float>(layer.outputShape, repeating: .nan).withSpareElements()
      plan.run(spared, into: &output)
      #expect(output.bits == plain.bits, "\(backend)")
      #expect(layer.hasDynamicOutput || output.areSpareElementsUntouched, "\(backend)")
      #expect(output.values.allSatisfy { !$0.isNaN }, "\(backend): every element is written")
    }
  }

  private func run(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, _ backend: Promising,
    threads: Int, algorithm: String?
  ) throws -> Tensor<Float> {
    let plan = try backend.plan(layer, parameters, threads: threads, algorithm: algorithm)
    var output = Tensor<Float>(layer.outputShape, repeating: .nan)
    plan.run(inputs, into: &output)
    return output
  }
}

@Suite("A buffer's guard zones") struct AlignedBufferTests {
  @Test("leave the buffer to its owner")
  func within() async {
    await #expect(processExitsWith: .success) {
      let buffer = AlignedBuffer(zeros: 5)
      buffer.start.update(repeating: 1, count: 5)
    }
  }

  @Test("end the process when an element after the last was written")
  func after() async {
    await #expect(processExitsWith: .failure) {
      let buffer = AlignedBuffer(zeros: 5)
      buffer.start[5] = 0
    }
  }

  @Test("end the process when an element before the first was written")
  func before() async {
    await #expect(processExitsWith: .failure) {
      let buffer = AlignedBuffer(scratch: 5)
      buffer.start[-1] = 0
    }
  }

  @Test("spoil what reads them, and scratch that nobody wrote")
  func poison() {
    let buffer = AlignedBuffer(scratch: 5)
    #expect((-1...5).allSatisfy { buffer.start[$0].isNaN })
  }
}
