/// A perceptually even scale of colours that reads the same with any colour vision.
package struct ColourMap: Sendable, Hashable {
  /// Evenly spaced from 0 to 1; at least two.
  private let anchors: [Colour]

  /// Cividis (Nuñez, Anderton & Renslow, *PLOS ONE* 13(7), 2018), from dark blue to yellow: 17 colours of Matplotlib's
  /// table, between which one goes straight.
  package static let cividis = ColourMap(anchors: [
    Colour(0, 34, 78), Colour(0, 46, 106), Colour(26, 56, 111), Colour(50, 67, 109), Colour(67, 78, 108),
    Colour(83, 90, 109), Colour(97, 101, 111), Colour(111, 112, 115), Colour(125, 124, 120),
    Colour(140, 136, 120), Colour(155, 148, 118), Colour(171, 160, 114), Colour(188, 174, 108),
    Colour(205, 187, 99), Colour(222, 201, 88), Colour(240, 216, 70), Colour(254, 232, 56),
  ])

  /// Vik (Crameri, Shephard & Heron, *Nature Communications* 11, 2020): from dark blue over near-white, which is the
  /// middle, to dark brown, for what has a sign: 17 colours of the published table, between which one goes straight.
  package static let vik = ColourMap(anchors: [
    Colour(0, 18, 97), Colour(2, 43, 113), Colour(3, 68, 129), Colour(12, 94, 146), Colour(47, 124, 166),
    Colour(96, 157, 188), Colour(146, 189, 210), Colour(197, 219, 229), Colour(236, 229, 225),
    Colour(233, 203, 185), Colour(220, 171, 143), Colour(207, 142, 104), Colour(195, 114, 67),
    Colour(179, 83, 31), Colour(147, 46, 6), Colour(116, 21, 6), Colour(89, 0, 8),
  ])

  /// The colour of a share; what is outside 0…1, or no number, has the colour of the nearer end, or of 0.
  package subscript(share share: Double) -> Colour {
    let place = (share.isNaN ? 0 : min(max(share, 0), 1)) * Double(anchors.count - 1)
    let first = min(Int(place), anchors.count - 2)
    let rest = place - Double(first)
    func between(_ channel: KeyPath<Colour, UInt8>) -> UInt8 {
      let ends = (Double(anchors[first][keyPath: channel]), Double(anchors[first + 1][keyPath: channel]))
      return UInt8((ends.0 + (ends.1 - ends.0) * rest).rounded())
    }
    return Colour(between(\.red), between(\.green), between(\.blue))
  }

  /// The scale as a CSS gradient from left to right.
  package var gradient: String {
    let stops = anchors.map { "rgb(\($0.red) \($0.green) \($0.blue))" }
    return "linear-gradient(to right, \(stops.joined(separator: ", ")))"
  }
}
