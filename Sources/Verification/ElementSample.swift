/// Elements to judge where judging all would cost too much and nothing says which matter.
package enum ElementSample {
  /// What the network golden stores of a large output, at the least.
  package static let size = 2048

  /// At most ``size`` flat indices, ascending. They follow the multiples of the golden ratio's fraction, which cover
  /// an interval evenly for any count (Weyl 1916) and meet every row and column where equal steps would stay in one.
  package static func indices(below count: Int) -> [Int] {
    guard count > size else { return Array(0..<count) }
    let fraction = 0.618_033_988_749_894_9
    let places = (0..<size).map {
      Int((Double($0) * fraction).truncatingRemainder(dividingBy: 1) * Double(count))
    }
    return Set(places).sorted()
  }
}
