import Backends
import Catalogue
import Tensors
import Testing
import TiledBackend

@Suite("A tiled network plan") struct NetworkPlanTests {
  @Test("gives the bits of the layers one by one", arguments: SampleNetwork.all)
  func equal(_ sample: SampleNetwork) throws {
    for set in InstructionSet.available {
      for threads in [1, 2, 5] {
        let backend = TiledBackend(instructionSet: set, threads: threads)
        let expected = try sample.outputs(backend)
        let plan = try #require(try backend.planNetwork(sample.network, parameters: sample.parameters))
        #expect(Set(plan.fusedLayers.keys) == sample.fused)
        // Twice, for the memory is used again.
        for _ in 0..<2 {
          var seen = Set<String>()
          plan.run(sample.feed) { name, output in
            seen.insert(name)
            #expect(output.shape == expected[name]?.shape, "\(set), \(name)")
            #expect(output.bits == expected[name]?.bits, "\(set), \(threads) threads, \(name)")
          }
          #expect(seen == Set(sample.network.layers.map(\.name)).subtracting(sample.fused))
        }
      }
    }
  }

  @Test(
    "gives the bits of the layers by other algorithms too", arguments: SampleNetwork.all,
    ["winograd-4x4", "pixel-gemm"])
  func equal(_ sample: SampleNetwork, algorithm: String) throws {
    for set in InstructionSet.available {
      let backend = TiledBackend(instructionSet: set, threads: 2, choice: .forced(algorithm))
      let expected = try sample.outputs(backend)
      let plan = try #require(try backend.planNetwork(sample.network, parameters: sample.parameters))
      var seen = Set<String>()
      plan.run(sample.feed) { name, output in
        seen.insert(name)
        #expect(output.bits == expected[name]?.bits, "\(set), \(name)")
      }
      #expect(seen.union(plan.fusedLayers.keys) == Set(sample.network.layers.map(\.name)))
    }
  }

  /// Some convolutions are then computed by another algorithm in the network than alone.
  @Test("gives the bits of the layers where a plan book prefers pixel GEMM", arguments: SampleNetwork.all)
  func equalPlanned(_ sample: SampleNetwork) throws {
    for set in InstructionSet.available {
      var book = PlanBook(conditions: "here")
      for layer in sample.network.layers {
        book.enter(
          TiledBackend(instructionSet: set, threads: 1).algorithms(for: layer).map {
            .init(algorithm: $0, nanoseconds: $0 == "pixel-gemm" ? 1 : 2, meanError: 1)
          }, for: layer)
      }
      let backend = TiledBackend(instructionSet: set, threads: 2, choice: .planned(book))
      let expected = try sample.outputs(backend)
      let plan = try #require(try backend.planNetwork(sample.network, parameters: sample.parameters))
      plan.run(sample.feed) { name, output in
        #expect(output.bits == expected[name]?.bits, "\(set), \(name)")
      }
    }
  }

  @Test(
    "pools as it convolves, where the algorithm can",
    arguments: ["winograd-4x4", "winograd-2x2", "packed-gemm"])
  func equalPooled(algorithm: String) throws {
    let sample = try SampleNetwork.poolings()
    for set in InstructionSet.available {
      let backend = TiledBackend(instructionSet: set, threads: 2, choice: .forced(algorithm))
      let expected = try sample.outputs(backend)
      let plan = try #require(try backend.planNetwork(sample.network, parameters: sample.parameters))
      #expect(Set(plan.fusedLayers.keys) == (algorithm == "packed-gemm" ? [] : sample.fused))
      plan.run(sample.feed) { name, output in
        #expect(output.bits == expected[name]?.bits, "\(set), \(name)")
      }
    }
  }

  @Test("keeps the results of a run, and only these", arguments: SampleNetwork.all)
  func results(_ sample: SampleNetwork) throws {
    let backend = TiledBackend(threads: 2)
    let plan = try #require(try backend.planNetwork(sample.network, parameters: sample.parameters))
    plan.run(sample.feed)
    let expected = try sample.outputs(backend)
    let read = Set(sample.network.steps.flatMap(\.sources).compactMap(\.layer))
    for layer in sample.network.layers {
      #expect(plan.result(of: layer.name) == (read.contains(layer.name) ? nil : expected[layer.name]))
    }
  }

  @Test("says what memory it needs")
  func memory() throws {
    let sample = SampleNetwork.all[0]
    let plan = try #require(
      try TiledBackend(threads: 1).planNetwork(sample.network, parameters: sample.parameters))
    let weights = sample.network.layers.reduce(0) { $0 + ($1.parameterShapes.weight?.count ?? 0) }
    #expect(plan.memory.parameters >= 4 * weights && plan.memory.activations > 0)
    #expect(plan.memory.largestNeighbours == 4 * sample.network.largestNeighbours)
  }
}
