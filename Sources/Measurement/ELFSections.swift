import Foundation

/// The section table of a 64-bit little-endian ELF file (System V gABI, chapter 4).
package struct ELFSections {
  /// One entry of the table.
  private struct Section {
    let name: String
    let type: UInt32
    let flags: UInt64
    let range: Range<Int>
  }

  private let file: Data
  private let sections: [Section]

  /// Nil where `file` is something else, or its table lies outside of it.
  package init?(_ file: Data) {
    self.file = file
    let reader = LittleEndianReader(file)
    guard file.count >= 64, file.prefix(6).elementsEqual([0x7F, 0x45, 0x4C, 0x46, 2, 1]),
      let table = reader.integer(at: 40, bytes: 8), let size = reader.integer(at: 58, bytes: 2),
      let count = reader.integer(at: 60, bytes: 2), let nameIndex = reader.integer(at: 62, bytes: 2),
      size >= 64, nameIndex < count, table <= file.count, count * size <= file.count - table
    else { return nil }
    func entry(_ index: Int) -> (name: Int, type: UInt32, flags: UInt64, range: Range<Int>)? {
      let start = table + index * size
      guard let name = reader.integer(at: start, bytes: 4),
        let type = reader.integer(at: start + 4, bytes: 4),
        let flags = reader.integer(at: start + 8, bytes: 8),
        let offset = reader.integer(at: start + 24, bytes: 8),
        let length = reader.integer(at: start + 32, bytes: 8)
      else { return nil }
      // A section without bits in the file (.bss) has a size but no content.
      let end = type == 8 ? offset : offset.addingReportingOverflow(length).partialValue
      guard offset <= end, end <= file.count else { return nil }
      return (name, UInt32(type), UInt64(flags), offset..<end)
    }
    guard let names = entry(nameIndex)?.range else { return nil }
    var sections: [Section] = []
    for index in 0..<count {
      guard let found = entry(index) else { return nil }
      let start = names.lowerBound + found.name
      guard start < names.upperBound else { return nil }
      let bytes = file[file.startIndex + start..<file.startIndex + names.upperBound].prefix { $0 != 0 }
      sections.append(
        Section(
          name: String(decoding: bytes, as: UTF8.self), type: found.type, flags: found.flags,
          range: found.range))
    }
    self.sections = sections
  }

  /// What the loader maps (SHF_ALLOC), without notes: build identifiers among them.
  package var loadedContents: [Data] {
    sections.filter { $0.flags & 2 != 0 && $0.type != 7 }.map { section in
      file[file.startIndex + section.range.lowerBound..<file.startIndex + section.range.upperBound]
    }
  }
}

/// Unsigned integers of a file, the least significant byte first.
private struct LittleEndianReader {
  let file: Data

  init(_ file: Data) { self.file = file }

  /// Nil past the end, and for values that no offset can have.
  func integer(at offset: Int, bytes: Int) -> Int? {
    guard offset >= 0, offset + bytes <= file.count else { return nil }
    var value: UInt64 = 0
    for index in (0..<bytes).reversed() {
      value = value << 8 | UInt64(file[file.startIndex + offset + index])
    }
    return Int(exactly: value)
  }
}
