import CCPU
import Foundation
import Testing

@testable import Measurement

/// A folder that stands in for `/`, removed at the end.
private final class FakeRoot {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("root-\(UUID().uuidString)")

  init(_ files: [String: String]) throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (path, text) in files {
      let file = url.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  /// Reads while the folder is there.
  func machine() -> MachineInfo { MachineInfo.read(root: url.path) }

  func state(environment: [String: String]) -> SystemState {
    SystemState.read(root: url.path, environment: environment)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

@Suite("Machine information")
struct MachineInfoTests {
  @Test func readsAnX86Machine() throws {
    let processor = { (index: Int) in
      """
      processor\t: \(index)
      vendor_id\t: AuthenticAMD
      cpu family\t: 25
      model\t\t: 17
      model name\t: AMD EPYC
      stepping\t: 1
      physical id\t: 0
      core id\t\t: \(index / 2)
      flags\t\t: fpu sse2 avx2 fma hypervisor avx512f


      """
    }
    let cache = "sys/devices/system/cpu/cpu0/cache/index3/"
    let root = try FakeRoot([
      "proc/cpuinfo": (0..<4).map(processor).joined(),
      "proc/meminfo": "MemTotal:   24684084 kB\nMemFree: 1 kB",
      cache + "level": "3\n", cache + "type": "Unified\n", cache + "size": "32768K\n",
      cache + "shared_cpu_list": "0-1,3\n",
    ])
    let machine = root.machine()
    #expect(machine.cpuModel == "AMD EPYC")
    #expect(machine.vendor == "AuthenticAMD")
    #expect(machine.signature == "family 25 model 17 stepping 1")
    #expect(machine.logicalCPUs == 4)
    #expect(machine.physicalCores == 2)
    #expect(machine.caches == [.init(level: 3, type: "unified", bytes: 32 << 20, sharedBy: 3)])
    #expect(machine.memoryBytes == 24_684_084 * 1024)
    #expect(machine.isVirtual)
    #expect(machine.flags == ["sse2", "fma", "avx2", "avx512f"])
  }

  @Test func readsAnArmMachine() throws {
    let text = """
      processor\t: 0
      Features\t: fp asimd sve
      CPU implementer\t: 0x41
      CPU variant\t: 0x1
      CPU part\t: 0xd0c
      CPU revision\t: 1
      """
    let machine = try FakeRoot(["proc/cpuinfo": text]).machine()
    #expect(machine.cpuModel == "Arm implementer 0x41 part 0xd0c")
    #expect(machine.vendor == "Arm")
    #expect(machine.signature == "variant 0x1 revision 1")
    #expect(machine.flags == ["asimd", "sve"])
    #expect(machine.physicalCores == 1)
    #expect(!machine.isVirtual)
  }

  @Test func toleratesEverythingBeingAbsent() throws {
    let root = try FakeRoot([:])
    let machine = root.machine()
    #expect(machine.cpuModel == "unknown")
    #expect(machine.logicalCPUs == 1)
    #expect(machine.caches.isEmpty)
    let state = root.state(environment: ["OPENBLAS_CORETYPE": "Haswell"])
    #expect(state.kernel == "unknown")
    #expect(state.loadAverage == nil)
    #expect(state.openBLASCoreType == "Haswell")
  }

  @Test func readsTheStateOfTheSystem() throws {
    let root = try FakeRoot([
      "etc/os-release": "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
      "proc/sys/kernel/osrelease": "6.18.44\n", "proc/loadavg": "0.52 0.4 0.3 1/99 1234\n",
    ])
    let state = root.state(environment: [:])
    #expect(state.operatingSystem == "Debian GNU/Linux 12 (bookworm)")
    #expect(state.kernel == "6.18.44")
    #expect(state.loadAverage == 0.52)
    #expect(state.openBLASCoreType == nil)
  }

  @Test func identityForgivesAFewReservedPages() {
    var machine = MachineInfo.read(root: "/nowhere")
    machine.memoryBytes = 24 << 30
    var other = machine
    other.memoryBytes -= 5 << 20
    #expect(machine.identity == other.identity)
    other.flags.append("avx512f")
    #expect(machine.identity != other.identity)
  }

  @Test func thisMachineIsKnown() {
    let machine = MachineInfo.current()
    #expect(machine.logicalCPUs >= machine.physicalCores)
    #expect(machine.memoryBytes > 0)
    #expect(BuildInfo.current(flags: "").toolchain.wholeMatch(of: #/Swift \d+\.\d+\.\d+/#) != nil)
  }

  /// The processor and the system tell the same of the cache that a complex of AMD's cores shares.
  @Test func complexCacheIsTheThirdLevel() {
    let machine = MachineInfo.current()
    let bytes = efgr_complex_cache_bytes()
    #expect(bytes == 0 || machine.vendor == "AuthenticAMD")
    if bytes > 0, let third = machine.caches.first(where: { $0.level == 3 }) { #expect(bytes == third.bytes) }
  }

  @Test(arguments: [("32K", 32768), ("1M", 1 << 20), ("2G", 2 << 30), ("64", 64)])
  func sizes(text: String, bytes: Int) {
    #expect(MachineInfo.byteCount(text) == bytes)
  }

  @Test(arguments: [("0", 1), ("0-3", 4), ("0-1,4-5", 4), ("0,2", 2), ("", 1)])
  func processorLists(text: String, count: Int) {
    #expect(MachineInfo.processorCount(text) == count)
  }
}
