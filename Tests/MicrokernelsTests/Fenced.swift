import Foundation

/// Memory beside a page without access: one element past the fence, read or written, ends the process. On its other
/// side lies slack of signalling NaNs, which spoil what reads them and show what wrote them.
final class Fenced<Element: BitwiseCopyable> {
  let count: Int
  let start: UnsafeMutablePointer<Element>
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int
  private let slack: UnsafeRawBufferPointer

  /// `count` elements of NaN (as Float) or of offsets that lead nowhere (as Int).
  init(count: Int, fence: Fence) {
    let page = Int(getpagesize())
    let bytes = count * MemoryLayout<Element>.stride
    let body = max(1, (bytes + page - 1) / page) * page
    mappedBytes = body + 2 * page
    let protection = PROT_READ | PROT_WRITE
    guard let mapping = mmap(nil, mappedBytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapping != MAP_FAILED, mprotect(mapping, page, PROT_NONE) == 0,
      mprotect(mapping + page + body, page, PROT_NONE) == 0
    else { fatalError("The system gives no memory with fences.") }
    self.mapping = mapping
    self.count = count
    let room = UnsafeMutableRawBufferPointer(start: mapping + page, count: body)
    room.withMemoryRebound(to: UInt32.self) { $0.update(repeating: Fence.mark) }
    let first = fence == .after ? mapping + page + (body - bytes) : mapping + page
    start = first.bindMemory(to: Element.self, capacity: max(count, 1))
    slack = UnsafeRawBufferPointer(
      rebasing: fence == .after ? room[..<(body - bytes)] : room[bytes...])
  }

  convenience init(_ values: [Element], fence: Fence) {
    self.init(count: values.count, fence: fence)
    for (place, value) in values.enumerated() { start[place] = value }
  }

  deinit { munmap(mapping, mappedBytes) }

  var values: [Element] { Array(UnsafeBufferPointer(start: start, count: count)) }

  /// Whether nothing was written beside the elements.
  var isSlackUntouched: Bool {
    guard let base = slack.baseAddress else { return true }
    return Fence.pattern.withUnsafeBytes { pattern in
      guard let marks = pattern.baseAddress else { return false }
      var place = 0
      while place < slack.count {
        let length = min(pattern.count, slack.count - place)
        guard memcmp(base + place, marks, length) == 0 else { return false }
        place += length
      }
      return true
    }
  }
}

/// The side on which an element too far ends the process.
enum Fence: CaseIterable, Sendable {
  case before
  case after

  /// A signalling NaN with a payload that no arithmetic makes.
  static let mark: UInt32 = 0x7FA0_5EED
  static let pattern = [UInt32](repeating: mark, count: 1024)
}
