import History
import Measurement

/// The environment of a run, fact by fact.
struct Facts {
  let entries: [(name: String, value: String)]

  init(_ model: RunModel) {
    let run = model.run
    let header = run.header
    let machine = header.machine
    let environment = header.environment
    let caches = machine.caches.map { "L\($0.level) \($0.type) \(Units.bytes($0.bytes))" }
    let processors = "\(Words.count(machine.physicalCores, "core")), \(machine.logicalCPUs) logical"
    let options = header.options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
    let all: [(String, String?)] =
      [
        (
          "processor",
          "\(machine.cpuModel) (\(machine.vendor), \(machine.signature)), \(machine.architecture)"
        ),
        ("cores", processors + (machine.isVirtual ? ", virtual machine" : "")),
        ("caches", caches.isEmpty ? nil : caches.joined(separator: ", ")),
        ("memory", machine.memoryBytes > 0 ? Units.bytes(machine.memoryBytes) : nil),
        ("flags", machine.flags.isEmpty ? nil : machine.flags.joined(separator: " ")),
        ("system", "\(environment.system.operatingSystem), kernel \(environment.system.kernel)"),
        ("load at start", environment.system.loadAverage.map { "\($0)" }),
        ("toolchain", "\(environment.build.toolchain), \(environment.build.configuration)"),
        ("compiled with", environment.build.flags),
        ("commit", environment.git.reportText),
        ("kernels for", "\(environment.instructionSet), \(Words.count(environment.threads, "thread"))"),
        ("OPENBLAS_CORETYPE", environment.system.openBLASCoreType),
        ("roofs", header.roofs.map(Self.text)),
        ("run", header.uuid),
        ("started", header.started.reportText),
        ("finished", run.finished?.reportText ?? "–"),
        ("options", options.isEmpty ? nil : options.joined(separator: ", ")),
      ]
      + (model.attachments.network?.goldens ?? []).map {
        ("golden pack \($0.name)", "\($0.provenance); SHA-256 \($0.sha256)")
      }
    entries = all.compactMap { name, value in value.map { (name, $0) } }
  }

  private static func text(_ roofs: Roofs) -> String {
    let peak = "\(Units.rate(roofs.gflops)) GFLOP/s"
    let bandwidths = roofs.caches.map { "\($0.level) \(Units.rate($0.gbps)) GB/s" }
    let all = [peak] + bandwidths + ["memory \(Units.rate(roofs.gbps)) GB/s"]
    return all.joined(separator: ", ")
      + " (\(roofs.instructionSet), \(Words.count(roofs.threads, "thread")), measured in this run)"
  }
}

extension GitState {
  /// The commit's first digits, and whether it says all.
  var reportText: String {
    guard commit != "unknown" else { return "unknown" }
    return commit.prefix(10) + (isDirty == true ? " with uncommitted changes" : "")
  }
}
