/// The machine that a run was made on: what matters for its speed. Clock rates and host names are left out.
package struct MachineInfo: Sendable, Hashable, Codable {
  /// One level of the caches, as one processor sees it.
  package struct Cache: Sendable, Hashable, Codable {
    package var level: Int
    /// `data`, `instruction` or `unified`.
    package var type: String
    package var bytes: Int
    /// How many logical processors share one such cache.
    package var sharedBy: Int

    package init(level: Int, type: String, bytes: Int, sharedBy: Int) {
      self.level = level
      self.type = type
      self.bytes = bytes
      self.sharedBy = sharedBy
    }

    enum CodingKeys: String, CodingKey {
      case level, type, bytes
      case sharedBy = "shared_by"
    }
  }

  package var cpuModel: String
  package var vendor: String
  /// What tells models apart that share a name, as hypervisors' do: `family 25 model 17 stepping 1`.
  package var signature: String
  /// `x86_64`, `aarch64`.
  package var architecture: String
  package var logicalCPUs: Int
  package var physicalCores: Int
  package var caches: [Cache]
  package var memoryBytes: Int
  /// Whether a hypervisor shows itself.
  package var isVirtual: Bool
  /// The processor's flags that bear on numerical kernels, in a fixed order.
  package var flags: [String]

  package init(
    cpuModel: String, vendor: String, signature: String, architecture: String, logicalCPUs: Int,
    physicalCores: Int, caches: [Cache], memoryBytes: Int, isVirtual: Bool, flags: [String]
  ) {
    self.cpuModel = cpuModel
    self.vendor = vendor
    self.signature = signature
    self.architecture = architecture
    self.logicalCPUs = logicalCPUs
    self.physicalCores = physicalCores
    self.caches = caches
    self.memoryBytes = memoryBytes
    self.isVirtual = isVirtual
    self.flags = flags
  }

  enum CodingKeys: String, CodingKey {
    case cpuModel = "cpu_model"
    case logicalCPUs = "logical_cpus"
    case physicalCores = "physical_cores"
    case memoryBytes = "memory_bytes"
    case isVirtual = "is_virtual"
    case vendor, signature, architecture, caches, flags
  }

  /// Equal for runs whose times may be compared. Memory counts in whole GiB: kernels reserve varying bits of it.
  package var identity: String {
    let caches = caches.map { "L\($0.level) \($0.type) \($0.bytes) /\($0.sharedBy)" }
    let gibibytes = (memoryBytes + (1 << 29)) >> 30
    let parts = [
      architecture, vendor, cpuModel, signature, "\(logicalCPUs) cpus", "\(physicalCores) cores",
      caches.joined(separator: ", "), "\(gibibytes) GiB", isVirtual ? "virtual" : "bare metal",
      flags.joined(separator: " "),
    ]
    return parts.joined(separator: "; ")
  }
}
