import Catalogue

extension Fault {
  /// Where a convolution's window lies.
  static let windows: [Fault] = [
    window("padding-one-more", "The window starts one element too early both ways.") {
      $0.padding = $0.padding + Pair(1)
    },
    window("padding-one-less", "The window starts one element too late both ways.") {
      $0.padding = $0.padding + Pair(-1)
    },
    window("padding-top-only", "The window starts one row too early.") {
      $0.padding = $0.padding + Pair(1, 0)
    },
    window("padding-left-only", "The window starts one column too late.") {
      $0.padding = $0.padding + Pair(0, -1)
    },
    window("padding-swapped", "Vertical and horizontal padding are swapped.") {
      $0.padding = $0.padding.swapped
    },
    window("padding-ignored", "There is no padding before the map.") { $0.padding = Pair(0) },
    window("stride-one-more", "Windows lie one element too far apart.") {
      $0.stride = $0.stride + Pair(1)
    },
    window("stride-columns-one-more", "Windows lie one column too far apart.") {
      $0.stride = $0.stride + Pair(0, 1)
    },
    window("stride-swapped", "Vertical and horizontal stride are swapped.") {
      $0.stride = $0.stride.swapped
    },
    window("stride-ignored", "Windows lie side by side whatever the stride.") { $0.stride = Pair(1) },
    window("dilation-one-more", "Taps lie one element too far apart.") {
      $0.dilation = $0.dilation + Pair(1)
    },
    window("dilation-zero-based", "Dilation 1 is taken for one element between taps, vertically.") {
      $0.dilation = $0.dilation + Pair(1, 0)
    },
    window("dilation-swapped", "Vertical and horizontal dilation are swapped.") {
      $0.dilation = $0.dilation.swapped
    },
    window("dilation-ignored", "Taps lie side by side whatever the dilation.") { $0.dilation = Pair(1) },
    window("padding-not-dilated", "Padding is divided by the dilation.") {
      $0.padding = Pair(
        $0.padding.vertical / $0.dilation.vertical, $0.padding.horizontal / $0.dilation.horizontal - 1)
    },
  ]

  private static func window(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout Convolution) -> Void
  ) -> Fault {
    Fault(id, LayerKind.sums, sentence, .edited(LinearFormula.self) { edit(&$0.convolution) })
  }

  /// What a convolution reads beside the map.
  static let borders: [Fault] = [
    border("border-clamped", "The padding repeats the map's edge.") { $0.clamped($1, $2) },
    border("border-wrapped", "The padding holds the map's opposite edge.") { $0.wrapped($1, $2) },
    border("border-mirrored", "The padding mirrors the map.") { $0.mirrored($1, $2) },
    border("border-as-interior", "The border's windows are read like the interior's, past the row's ends.") {
      $0.unchecked($1, $2)
    },
    border("border-not-zeroed", "The padding's buffer holds something old, here 1.") {
      $0.contains($1, $2) ? $0[$1, $2] : 1
    },
    border("border-right-as-interior", "Past the right edge the next row is read.") {
      $2 >= $0.width ? $0.unchecked($1, $2) : $0.zeroPadded($1, $2)
    },
    border("border-bottom-as-interior", "Past the bottom edge the next channel is read.") {
      $1 >= $0.height && $2 >= 0 && $2 < $0.width ? $0.unchecked($1, $2) : $0.zeroPadded($1, $2)
    },
    border("border-left-clamped", "Left of the map its first column is read.") {
      $2 < 0 && $1 >= 0 && $1 < $0.height ? $0.clamped($1, $2) : $0.zeroPadded($1, $2)
    },
    border("border-last-row-cut", "The map is taken for one row shorter.") {
      $1 == $0.height - 1 ? 0 : $0.zeroPadded($1, $2)
    },
    border("border-last-column-cut", "The map is taken for one column narrower.") {
      $2 == $0.width - 1 ? 0 : $0.zeroPadded($1, $2)
    },
    border("border-first-row-cut", "The map's first row is taken for padding.") {
      $1 == 0 ? 0 : $0.zeroPadded($1, $2)
    },
    Fault(
      "group-offset-ignored", [.conv2d], "Every group reads the first group's channels.",
      .edited(LinearFormula.self) { $0.inputGroup = { _ in 0 } }),
    Fault(
      "group-neighbour", [.conv2d], "Every group reads the next group's channels.",
      .edited(LinearFormula.self) { formula in
        let groups = formula.convolution.groups
        formula.inputGroup = { ($0 + 1) % groups }
      }),
  ]

  private static func border(
    _ id: String, _ sentence: String, _ read: @escaping @Sendable (Plane, Int, Int) -> Float
  ) -> Fault {
    Fault(id, LayerKind.sums, sentence, .edited(LinearFormula.self) { $0.read = read })
  }
}
