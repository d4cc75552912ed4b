import Foundation

extension MachineInfo {
  /// This machine.
  package static func current() -> MachineInfo {
    var machine = read(root: "/")
    if machine.caches.isEmpty { machine.caches = cachesOfCLibrary() }
    return machine
  }

  /// The machine described by the `proc` and `sys` trees under `root`. Whatever is absent there, as in some containers
  /// and on 64-bit Arm, is left empty, 0 or "unknown".
  package static func read(root: String) -> MachineInfo {
    let files = SystemFiles(root: root)
    let cpu = CPUInfoFile(files.text("proc/cpuinfo") ?? "")
    let logical = max(cpu.processors.count, 1)
    return MachineInfo(
      cpuModel: cpu.modelName ?? files.text("proc/device-tree/model")?.withoutNulls ?? "unknown",
      vendor: cpu.vendor ?? "unknown",
      signature: cpu.signature,
      architecture: architectureName,
      logicalCPUs: logical,
      physicalCores: cpu.physicalCores ?? coresFromTopology(files) ?? logical,
      caches: cachesFromSysfs(files),
      memoryBytes: memory(files),
      isVirtual: cpu.flags.contains("hypervisor") || files.exists("sys/hypervisor/type")
        || files.exists("proc/device-tree/hypervisor"),
      flags: flagsOfInterest.filter(cpu.flags.contains))
  }

  private static var architectureName: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #else
      "other"
    #endif
  }

  private static let flagsOfInterest = [
    "sse2", "ssse3", "sse4_1", "sse4_2", "avx", "f16c", "fma", "avx2", "avx512f", "avx512cd", "avx512bw",
    "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "asimd", "asimdhp",
    "asimddp", "bf16", "i8mm", "sve", "sve2", "sme",
  ]

  private static func memory(_ files: SystemFiles) -> Int {
    for line in (files.text("proc/meminfo") ?? "").split(separator: "\n") where line.hasPrefix("MemTotal:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    }
    return 0
  }

  /// Groups of hardware threads that share a core; nil where the kernel does not say.
  private static func coresFromTopology(_ files: SystemFiles) -> Int? {
    let groups = files.names("sys/devices/system/cpu", matching: #/cpu\d+/#).compactMap {
      files.line("sys/devices/system/cpu/\($0)/topology/thread_siblings_list")
    }
    return groups.isEmpty ? nil : Set(groups).count
  }

  private static func cachesFromSysfs(_ files: SystemFiles) -> [Cache] {
    let folder = "sys/devices/system/cpu/cpu0/cache"
    let caches = files.names(folder, matching: #/index\d+/#).compactMap { name -> Cache? in
      func line(_ file: String) -> String? { files.line("\(folder)/\(name)/\(file)") }
      guard let level = line("level").flatMap({ Int($0) }), let bytes = line("size").flatMap(byteCount)
      else { return nil }
      return Cache(
        level: level, type: (line("type") ?? "unified").lowercased(), bytes: bytes,
        sharedBy: line("shared_cpu_list").map(processorCount) ?? 1)
    }
    return caches.sorted { ($0.level, $0.type) < ($1.level, $1.type) }
  }

  /// `32K`, `1M` or plain bytes.
  static func byteCount(_ text: String) -> Int? {
    switch text.last {
    case "K": Int(text.dropLast()).map { $0 << 10 }
    case "M": Int(text.dropLast()).map { $0 << 20 }
    case "G": Int(text.dropLast()).map { $0 << 30 }
    default: Int(text)
    }
  }

  /// How many processors a kernel list such as `0-3,8` names; 1 where it can't be read.
  static func processorCount(_ list: String) -> Int {
    let counts = list.split(separator: ",").map { part -> Int in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, last >= first else { return 0 }
      return last - first + 1
    }
    return max(counts.reduce(0, +), 1)
  }

  /// What the C library knows about caches, for systems whose /sys is hidden.
  private static func cachesOfCLibrary() -> [Cache] {
    #if canImport(Glibc)
      let known = [
        (1, "data", Int32(_SC_LEVEL1_DCACHE_SIZE)), (2, "unified", Int32(_SC_LEVEL2_CACHE_SIZE)),
        (3, "unified", Int32(_SC_LEVEL3_CACHE_SIZE)),
      ]
      return known.compactMap { level, type, name in
        let bytes = sysconf(name)
        return bytes > 0 ? Cache(level: level, type: type, bytes: bytes, sharedBy: 1) : nil
      }
    #else
      return []
    #endif
  }
}

extension String {
  /// Device-tree strings end in a NUL.
  fileprivate var withoutNulls: String { trimmingCharacters(in: ["\0", "\n", " "]) }
}
