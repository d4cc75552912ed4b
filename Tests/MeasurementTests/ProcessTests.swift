import Foundation
import Testing

@testable import Measurement

@Suite("Around processes")
struct ProcessTests {
  @Test func stolenTimeIsTheEighthNumber() {
    #expect(ChildUsage.stolenTicks("cpu  1 2 3 4 5 6 7 89 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n") == 89)
    #expect(ChildUsage.stolenTicks("cpu  1 2 3\n") == nil)
    #expect(ChildUsage.stolenTicks("") == nil)
  }

  @Test func anEndedChildIsCounted() throws {
    let before = ChildUsage.now()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/true")
    try process.run()
    process.waitUntilExit()
    let usage = ChildUsage.now().since(before)
    #expect(usage.minorFaults > 0 && usage.majorFaults >= 0 && usage.steal ?? 0 >= 0)
  }

  #if os(Linux)
    @Test func threadsAreBoundAndSetFree() async {
      // On a thread of its own, so that no other test runs on a bound one.
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          let all = Affinity.allowed()
          #expect(!all.isEmpty && !Affinity.threads().isEmpty)
          #expect(Affinity.bind(0, to: [all[0]]))
          #expect(Affinity.allowed() == [all[0]])
          #expect(Affinity.bind(0, to: all))
          #expect(Affinity.allowed() == all)
          #expect(!Affinity.bind(0, to: [100_000]))
          continuation.resume()
        }
      }
    }
  #endif
}

@Suite("Sections of an executable")
struct ELFSectionsTests {
  /// A 64-bit little-endian ELF file of these sections, and one for their names.
  private func file(_ sections: [(name: String, type: UInt32, flags: UInt64, content: [UInt8])]) -> Data {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    var names: [UInt8] = [0]
    var contents: [UInt8] = []
    var table: [UInt8] = []
    func add(_ name: String, _ type: UInt32, _ flags: UInt64, _ content: [UInt8]) {
      let start = names.count
      names += Array(name.utf8) + [0]
      let body = type == 3 ? names : content
      table += bytes(UInt32(start)) + bytes(type) + bytes(flags) + bytes(UInt64(0))
      table += bytes(UInt64(64 + contents.count)) + bytes(UInt64(body.count))
      table += [UInt8](repeating: 0, count: 24)
      contents += body
    }
    for section in sections { add(section.name, section.type, section.flags, section.content) }
    add(".shstrtab", 3, 0, [])
    var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0, count: 34)
    header += bytes(UInt64(64 + contents.count)) + [UInt8](repeating: 0, count: 10)
    header += bytes(UInt16(64)) + bytes(UInt16(sections.count + 1)) + bytes(UInt16(sections.count))
    return Data(header + contents + table)
  }

  @Test func onlyWhatIsLoadedCounts() throws {
    let text: (String, UInt32, UInt64, [UInt8]) = (".text", 1, 6, [1, 2, 3])
    let data = file([
      text, (".note.gnu.build-id", 7, 2, [9, 9]), (".debug_info", 1, 0, [4, 4]), (".rodata", 1, 2, [5]),
    ])
    #expect(try #require(ELFSections(data)).loadedContents == [Data([1, 2, 3]), Data([5])])
  }

  @Test func damagedFilesAreNone() {
    let data = file([(".text", 1, 6, [1, 2, 3])])
    #expect(ELFSections(data) != nil)
    #expect(ELFSections(Data()) == nil && ELFSections(Data("#!/bin/sh\n".utf8)) == nil)
    for length in 0..<data.count { #expect(ELFSections(data.prefix(length)) == nil, "\(length)") }
  }

  @Test func thisProgramIsOne() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe"), options: .mappedIfSafe)
    #expect(try #require(ELFSections(data)).loadedContents.reduce(0) { $0 + $1.count } > 100_000)
  }
}
