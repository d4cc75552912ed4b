import Accuracy
import Catalogue
import Tensors

extension Exhibit {
  /// Right and wrong outputs on which judges are tried.
  package static func battery() throws -> [Exhibit] {
    let probes = try Probe.all(of: .conv2d)
    func probe(_ name: String) -> Probe? { probes.first { $0.name == name } }
    guard let plain = probe("conv/even"), let rectified = probe("conv/3x3"), let deep = probe("conv/deep"),
      let integers = probe("conv/integers"), let copied = try Probe.all(of: .relu).first
    else { return [] }
    return magnitudes(of: plain) + brokenNumbers(in: plain) + samples(of: plain) + untrusted(plain)
      + zeros(of: rectified) + exact(integers) + overflows(of: copied)
      + [
        Exhibit("copies, right", .good, of: copied),
        Exhibit("deep, right", .good, of: deep),
        Exhibit("deep, every element near its guaranteed bound", .good, of: deep)
          .shifted(by: 0.95, at: deep.truth.values.indices),
      ]
  }

  /// Errors of known size.
  private static func magnitudes(of probe: Probe) -> [Exhibit] {
    let bounds = probe.bounds.guaranteed
    let (last, middle) = (bounds.count - 1, bounds.count / 2)
    let all = bounds.indices
    let beforeLarger = all.dropLast().filter { bounds[$0 + 1] > 1.2 * bounds[$0] }
    let beforeSmaller = all.dropLast().filter { bounds[$0 + 1] < 0.8 * bounds[$0] }
    let lowest = all.min { probe.truth.values[$0] < probe.truth.values[$1] } ?? 0
    func exhibit(_ name: String, _ expectation: Expectation) -> Exhibit {
      Exhibit(name, expectation, of: probe)
    }
    let single = [(0, "first"), (middle, "middle"), (last, "last")].flatMap { place, word in
      [1.1, -1.1].map { times in
        exhibit("\(word) element \(times) bounds away", .failed).shifted(by: times, at: place...place)
      }
    }
    return single + [
      exhibit("right", .good),
      exhibit("every element 0.9 bounds away", .good).shifted(by: 0.9, at: all),
      exhibit("every element −0.9 bounds away", .good).shifted(by: -0.9, at: all),
      exhibit("every element 1.1 bounds away", .failed).shifted(by: 1.1, at: all),
      exhibit("one element 100 bounds away", .failed).shifted(by: 100, at: middle...middle),
      exhibit("the most negative element 1000 bounds away", .failed).shifted(by: 1000, at: lowest...lowest),
      exhibit("past its own bound, within the next one's", .failed).shifted(
        by: 1.1, at: beforeLarger.prefix(1)),
      exhibit("within its own bound, past the next one's", .good).shifted(
        by: 0.9, at: beforeSmaller.prefix(1)),
      exhibit("all signs wrong", .failed).with { $0.output = $0.output.map { -$0 } },
      exhibit("all zeros", .failed).with { $0.output = $0.output.map { _ in 0 } },
      exhibit("late by one element", .failed).with {
        $0.output.values = [0] + $0.output.values.dropLast()
      },
    ]
  }

  /// NaN and infinity.
  private static func brokenNumbers(in probe: Probe) -> [Exhibit] {
    let last = probe.truth.values.count - 1
    let single = [(0, Float.nan), (last / 2, .nan), (last, .nan), (last / 2, .infinity), (last, -.infinity)]
      .map {
        place, value in
        Exhibit("\(value) at element \(place)", .failed, of: probe).with { $0.output.values[place] = value }
      }
    return single + [
      Exhibit("all NaN", .failed, of: probe).with { $0.output = $0.output.map { _ in .nan } }
    ]
  }

  /// A truth of which every third element is known, from the second on.
  private static func samples(of probe: Probe) -> [Exhibit] {
    let known = Array(stride(from: 1, to: probe.truth.values.count, by: 3))
    func exhibit(_ name: String, _ expectation: Expectation) -> Exhibit {
      Exhibit(name, expectation, of: probe).with {
        $0.truth = Truth(
          shape: probe.truth.shape, indices: known, values: known.map { probe.truth.values[$0] },
          magnitudes: probe.truth.magnitudes.map { all in known.map { all[$0] } })
        $0.bounds = ErrorBounds(
          guaranteed: known.map { probe.bounds.guaranteed[$0] },
          probabilistic: known.map { probe.bounds.probabilistic[$0] })
      }
    }
    return [
      exhibit("a sample, right", .good),
      exhibit("a sample, its last element wrong", .failed).with {
        $0.output.values[known[known.count - 1]] += 1
      },
      exhibit("a sample, wrong where nothing is known", .good).with { $0.output.values[0] += 1 },
    ]
  }

  /// What cannot be judged.
  private static func untrusted(_ probe: Probe) -> [Exhibit] {
    let count = probe.truth.values.count
    let flat = Shape(trusted: [count])
    func exhibit(_ name: String, _ expectation: Expectation) -> Exhibit {
      Exhibit(name, expectation, of: probe)
    }
    func truth(_ exhibit: inout Exhibit, _ values: [Double]) {
      exhibit.truth = Truth(shape: exhibit.truth.shape, values: values)
      exhibit.output.values = values.map(Float.init)
    }
    return [
      exhibit("another shape of as many elements", .failed).with {
        $0.output = Tensor(flat, values: $0.output.values)
      },
      exhibit("a bound too few", .mistrusted).with {
        $0.bounds = ErrorBounds(
          guaranteed: $0.bounds.guaranteed.dropLast(), probabilistic: $0.bounds.probabilistic.dropLast())
      },
      exhibit("a bound that is infinite", .mistrusted).with {
        var guaranteed = $0.bounds.guaranteed
        guaranteed[count / 2] = .infinity
        $0.bounds = ErrorBounds(guaranteed: guaranteed, probabilistic: $0.bounds.probabilistic)
      },
      exhibit("nothing known", .mistrusted).with {
        $0.truth = Truth(shape: $0.truth.shape, indices: [], values: [])
        $0.bounds = .exact(count: 0)
      },
      exhibit("a truth of zeros", .mistrusted).with {
        truth(&$0, [Double](repeating: 0, count: count))
      },
      exhibit("a truth with a single non-zero", .mistrusted).with {
        truth(&$0, [1] + [Double](repeating: 0, count: count - 1))
      },
    ]
  }

  /// Elements that ReLU made 0.
  private static func zeros(of probe: Probe) -> [Exhibit] {
    let zero = probe.truth.values.indices.filter { probe.truth.values[$0] == 0 }.prefix(1)
    return [
      Exhibit("after ReLU, right", .good, of: probe),
      Exhibit("after ReLU, a zero within its bound", .good, of: probe).shifted(by: 0.9, at: zero),
      Exhibit("after ReLU, a zero past its bound", .failed, of: probe).shifted(by: 1.1, at: zero),
    ]
  }

  /// Bit for bit.
  private static func exact(_ probe: Probe) -> [Exhibit] {
    let last = probe.truth.values.count - 1
    func loose(_ exhibit: inout Exhibit) {
      let wide = probe.truth.values.map { 1 + abs($0) }
      exhibit.bounds = ErrorBounds(guaranteed: wide, probabilistic: wide)
    }
    return [
      Exhibit("integers, right", .good, of: probe),
      Exhibit("integers, the last one 1 ULP off", .failed, of: probe).with {
        loose(&$0)
        $0.output.values[last] = $0.output.values[last].nextUp
      },
      Exhibit("integers, the first one 1 off", .failed, of: probe).with {
        loose(&$0)
        $0.output.values[0] += 1
      },
    ]
  }

  /// A truth past float32's range.
  private static func overflows(of probe: Probe) -> [Exhibit] {
    [(Float.infinity, Expectation.good), (-Float.infinity, .failed)].map { value, expectation in
      Exhibit("a truth of 1e39 and \(value)", expectation, of: probe).with {
        var values = $0.truth.values
        values[3] = 1e39
        $0.truth = Truth(shape: $0.truth.shape, values: values)
        $0.output.values[3] = value
      }
    }
  }

  /// The truth, and at `places` the truth moved by so many bounds, rounded to float32.
  private func shifted(by times: Double, at places: some Sequence<Int>) -> Exhibit {
    with {
      for place in places {
        $0.output.values[place] = Float(truth.values[place] + times * bounds.guaranteed[place])
      }
    }
  }
}
