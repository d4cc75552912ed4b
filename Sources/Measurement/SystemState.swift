import Foundation

/// What surrounds a run on its machine, and changes without the machine changing.
package struct SystemState: Sendable, Hashable, Codable {
  /// As /etc/os-release names it.
  package var operatingSystem: String
  package var kernel: String
  /// Runnable processes, averaged over the last minute; nil where the system does not say.
  package var loadAverage: Double?
  /// OPENBLAS_CORETYPE, which makes OpenBLAS choose another processor's kernels; nil when not set.
  package var openBLASCoreType: String?

  package init(
    operatingSystem: String, kernel: String, loadAverage: Double?, openBLASCoreType: String?
  ) {
    self.operatingSystem = operatingSystem
    self.kernel = kernel
    self.loadAverage = loadAverage
    self.openBLASCoreType = openBLASCoreType
  }

  enum CodingKeys: String, CodingKey {
    case operatingSystem = "os"
    case kernel
    case loadAverage = "load_average"
    case openBLASCoreType = "openblas_coretype"
  }

  /// The state now.
  package static func current() -> SystemState {
    read(root: "/", environment: ProcessInfo.processInfo.environment)
  }

  /// The state described by the `proc` and `etc` trees under `root`.
  static func read(root: String, environment: [String: String]) -> SystemState {
    let files = SystemFiles(root: root)
    return SystemState(
      operatingSystem: prettyName(files.text("etc/os-release") ?? "") ?? "unknown",
      kernel: files.line("proc/sys/kernel/osrelease") ?? "unknown",
      loadAverage: files.text("proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) },
      openBLASCoreType: environment["OPENBLAS_CORETYPE"])
  }

  private static func prettyName(_ release: String) -> String? {
    let prefix = "PRETTY_NAME="
    return release.split(separator: "\n").first { $0.hasPrefix(prefix) }
      .map { $0.dropFirst(prefix.count).trimmingCharacters(in: ["\"", "'"]) }
  }
}
