import Testing

@testable import TiledBackend

/// Numbers in descending order, one at a time.
@Suite struct DescendingOrderTests {
  /// How a list begins.
  enum Arrangement: CaseIterable {
    case shuffled, ascending, descending, organPipes

    /// Distinct numbers over the whole range, the greatest and the least among them.
    func numbers(_ count: Int) -> [UInt64] {
      let ascending = (0..<count).map { UInt64($0) * (.max / UInt64(max(count - 1, 1))) }
      switch self {
      case .shuffled:
        // A multiplier without a common factor with any count below it visits every place once.
        return (0..<count).map { ascending[$0 * 7919 % max(count, 1)] }
      case .ascending: return ascending
      case .descending: return ascending.reversed()
      case .organPipes:
        return (0..<count).map { $0 % 2 == 0 ? ascending[$0 / 2] : ascending[count - 1 - $0 / 2] }
      }
    }
  }

  @Test("gives all numbers, the greatest first", arguments: Arrangement.allCases, [0, 1, 2, 3, 7, 64, 1000])
  func all(arrangement: Arrangement, count: Int) {
    var numbers = arrangement.numbers(count)
    let expected = numbers.sorted(by: >)
    numbers.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return #expect(count == 0) }
      var order = DescendingOrder(start, count: count)
      var found: [UInt64] = []
      while let next = order.next() { found.append(next) }
      #expect(found == expected)
      #expect(order.next() == nil)
    }
  }

  @Test("leaves what it did not give behind it", arguments: Arrangement.allCases)
  func some(arrangement: Arrangement) {
    var numbers = arrangement.numbers(500)
    let expected = numbers.sorted(by: >)
    numbers.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      var order = DescendingOrder(start, count: 500)
      for place in 0..<20 { #expect(order.next() == expected[place]) }
    }
    #expect(numbers[..<20].elementsEqual(expected[..<20]))
    #expect(numbers.sorted(by: >) == expected)
  }
}
