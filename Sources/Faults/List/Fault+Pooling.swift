import Catalogue

extension Fault {
  /// Max pooling.
  static let pooling: [Fault] = [
    pool("pool-minimum", "The minimum is taken for the maximum.") {
      $0.start = .infinity
      $0.combine = { min($0, $1) }
    },
    pool("pool-average", "The mean is taken for the maximum.") {
      $0.start = 0
      $0.combine = { $0 + $1 }
      $0.finish = { $0 / Float($1) }
    },
    pool("pool-absolute", "The greatest absolute value is taken.") { $0.combine = { max($0, abs($1)) } },
    pool("pool-starts-at-zero", "The maximum starts at 0.") { $0.start = 0 },
    pool("pool-starts-at-least-positive", "The maximum starts at the least positive number, as FLT_MIN.") {
      $0.start = .leastNormalMagnitude
    },
    pool("pool-last", "The window's last element is taken.") { $0.combine = { $1 } },
    pool("pool-padding-counts-as-zero", "The padding counts as 0.") { $0.outside = 0 },
    pool("pool-padding-wrapped", "The padding holds the map's opposite edge.") {
      $0.read = { $0.wrapped($1, $2) }
    },
    pool("pool-border-as-interior", "The border's windows are read past the row's ends.") {
      $0.read = { $0.unchecked($1, $2) }
    },
    pool("pool-padding-one-more", "The window starts one element too early.") {
      $0.pooling.padding = $0.pooling.padding + Pair(1)
    },
    pool("pool-padding-one-less", "The window starts one element too late.") {
      $0.pooling.padding = $0.pooling.padding + Pair(-1)
    },
    pool("pool-stride-one-less", "Windows overlap by one element more.") {
      $0.pooling.stride = $0.pooling.stride + Pair(-1)
    },
    pool("pool-stride-swapped", "Vertical and horizontal stride are swapped.") {
      $0.pooling.stride = $0.pooling.stride.swapped
    },
    pool("pool-kernel-one-less", "The window is one row shorter.") {
      $0.pooling.kernel = $0.pooling.kernel + Pair(-1, 0)
    },
    pool("pool-kernel-one-more", "The window is one column wider.") {
      $0.pooling.kernel = $0.pooling.kernel + Pair(0, 1)
    },
    pool("pool-kernel-swapped", "The window's height and width are swapped.") {
      $0.pooling.kernel = $0.pooling.kernel.swapped
    },
    pool(
      "pool-padding-counts-as-lowest", "The padding counts as the least finite number instead of −∞.",
      equivalentBecause:
        "padding is at most half of the window, so each holds an element of the map, and none is less"
    ) { $0.outside = -.greatestFiniteMagnitude },
    pool(
      "pool-later-of-equals", "Of two equal elements the later one is taken.",
      equivalentBecause: "equal numbers, neither of them 0 on the probes, are the same bits"
    ) { $0.combine = { $0 > $1 ? $0 : $1 } },
    attribute("pool-ceil-ignored", "The output's size is rounded down where it should be up.") {
      $0.ceilMode = false
    },
    attribute("pool-ceil-for-floor", "The output's size is rounded up where it should be down.") {
      $0.ceilMode = true
    },
  ]

  private static func pool(
    _ id: String, _ sentence: String, equivalentBecause proof: String? = nil,
    _ edit: @escaping @Sendable (inout PoolingFormula) -> Void
  ) -> Fault {
    Fault(
      id, [.maxPool2d], sentence, .edited(PoolingFormula.self, edit), equivalentBecause: proof)
  }

  private static func attribute(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout Pooling) -> Void
  ) -> Fault {
    Fault(
      id, [.maxPool2d], sentence,
      .operation { operation in
        guard case .maxPool2d(var pooling) = operation else { return nil }
        edit(&pooling)
        return .maxPool2d(pooling)
      })
  }
}
