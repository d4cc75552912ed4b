import Foundation

/// The contents of /proc/cpuinfo: one block of `key : value` lines per logical processor on x86-64; on 64-bit Arm the
/// same with other keys, and no model name.
struct CPUInfoFile {
  /// One dictionary per logical processor.
  let processors: [[String: String]]

  init(_ text: String) {
    var processors: [[String: String]] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard let key = parts.first?.trimmingCharacters(in: .whitespaces), !key.isEmpty else { continue }
      let value = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
      if key == "processor" { processors.append([:]) }
      if !processors.isEmpty { processors[processors.count - 1][key] = value }
    }
    self.processors = processors
  }

  private func value(_ key: String) -> String? { processors.first?[key] }

  var modelName: String? {
    if let name = value("model name") { return name }
    guard let implementer = value("CPU implementer"), let part = value("CPU part") else { return nil }
    return "Arm implementer \(implementer) part \(part)"
  }

  var vendor: String? {
    if let vendor = value("vendor_id") { return vendor }
    guard let implementer = value("CPU implementer") else { return nil }
    return ["0x41": "Arm", "0x46": "Fujitsu", "0x48": "HiSilicon", "0x4e": "NVIDIA", "0x61": "Apple"][
      implementer, default: "implementer \(implementer)"]
  }

  /// Family, model and stepping, or variant and revision on Arm.
  var signature: String {
    let named = [
      ("cpu family", "family"), ("model", "model"), ("stepping", "stepping"), ("CPU variant", "variant"),
      ("CPU revision", "revision"),
    ]
    return named.compactMap { key, name in value(key).map { "\(name) \($0)" } }.joined(separator: " ")
  }

  var flags: Set<String> {
    Set((value("flags") ?? value("Features") ?? "").split(separator: " ").map(String.init))
  }

  /// Different pairs of socket and core; nil where the file does not name them.
  var physicalCores: Int? {
    let cores = processors.compactMap { processor -> String? in
      guard let core = processor["core id"] else { return nil }
      return "\(processor["physical id"] ?? "0")/\(core)"
    }
    return cores.isEmpty ? nil : Set(cores).count
  }
}
