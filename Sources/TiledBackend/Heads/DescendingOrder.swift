/// Distinct numbers in descending order, found one at a time: incremental quicksort (Paredes & Navarro, "Optimal
/// Incremental Sorting", 2006). The first k of n take O(n + k·log k) on average, however large n is; the numbers change
/// their places in memory.
///
/// Mostly k is small. So the first parting of many numbers leaves not half of them above, but an eighth: all are moved
/// once, not twice as often, before the greatest are found.
struct DescendingOrder: IteratorProtocol {
  private let numbers: UnsafeMutablePointer<UInt64>
  private let count: Int
  private var position = 0
  /// Where the parts that are known to lie above all that follows end, the nearest end last.
  private var ends: [Int]

  /// From how many numbers on they are parted unevenly.
  private static let many = 256

  init(_ numbers: UnsafeMutablePointer<UInt64>, count: Int) {
    self.numbers = numbers
    self.count = count
    ends = [count]
  }

  mutating func next() -> UInt64? {
    guard position < count else { return nil }
    while let end = ends.last, end > position + 1 {
      let place = split(position, end)
      if place + 1 < end { ends.append(place + 1) }
      if place > position { ends.append(place) }
    }
    ends.removeLast()
    position += 1
    return numbers[position - 1]
  }

  /// Puts one of the numbers `first` ..< `end` where it belongs, those above it before it, and returns its place.
  ///
  /// Numbers move without a branch, which would be guessed wrong every other time.
  private func split(_ first: Int, _ end: Int) -> Int {
    let last = end - 1
    swapAt(placeOfPivot(first, end), last)
    let pivot = numbers[last]
    var place = first
    for index in first..<last {
      let number = numbers[index]
      numbers[index] = numbers[place]
      numbers[place] = number
      place += number > pivot ? 1 : 0
    }
    swapAt(place, last)
    return place
  }

  /// Where one of the numbers `first` ..< `end` lies by which they are parted: of a few the one in the middle of three, of
  /// many the second greatest of sixteen, which on average has two seventeenths of all above it.
  private func placeOfPivot(_ first: Int, _ end: Int) -> Int {
    guard end - first >= Self.many else {
      let (middle, last) = ((first + end - 1) / 2, end - 1)
      let (a, b, c) = (numbers[first], numbers[middle], numbers[last])
      let pivot = max(min(a, b), min(max(a, b), c))
      return pivot == a ? first : pivot == b ? middle : last
    }
    var (greatest, second) = (first, first)
    for sample in 1..<16 {
      let place = first + (end - first) * sample / 16
      if numbers[place] > numbers[greatest] {
        (greatest, second) = (place, greatest)
      } else if second == greatest || numbers[place] > numbers[second] {
        second = place
      }
    }
    return second
  }

  private func swapAt(_ i: Int, _ j: Int) {
    let number = numbers[i]
    numbers[i] = numbers[j]
    numbers[j] = number
  }
}
