import Measurement

extension RunHeader {
  /// What runs must share for their times to be compared: machine, toolchain, flags, threads and instructions. Another
  /// one starts a new series.
  package var series: Series { Series(machine, environment) }
}

extension ExperimentHeader {
  /// The series that runs of the head belong to.
  package var headSeries: Series { Series(machine, head) }
}

extension Series {
  fileprivate init(_ machine: MachineInfo, _ environment: EnvironmentRecord) {
    self.init(
      machine: machine.identity, toolchain: environment.build.toolchain,
      configuration: environment.build.configuration, flags: environment.build.flags,
      threads: environment.threads, instructionSet: environment.instructionSet,
      openBLASCoreType: environment.system.openBLASCoreType)
  }
}

/// The identity of a series of comparable runs.
package struct Series: Sendable, Hashable {
  package var machine: String
  package var toolchain: String
  package var configuration: String
  package var flags: String
  package var threads: Int
  package var instructionSet: String
  package var openBLASCoreType: String?

  /// In one string, for the record.
  package var key: String {
    [
      machine, toolchain, configuration, flags, "\(threads) threads", instructionSet, openBLASCoreType ?? "",
    ].joined(separator: " | ")
  }

  /// In what two series differ, a sentence's part each.
  package func differences(from other: Series) -> [String] {
    var parts: [String] = []
    func add(_ name: String, _ mine: String, _ theirs: String) {
      if mine != theirs { parts.append("\(name): \(theirs) there, \(mine) here") }
    }
    add("machine", machine, other.machine)
    add("toolchain", toolchain, other.toolchain)
    add("configuration", configuration, other.configuration)
    add("flags", flags, other.flags)
    add("threads", "\(threads)", "\(other.threads)")
    add("instruction set", instructionSet, other.instructionSet)
    add("OPENBLAS_CORETYPE", openBLASCoreType ?? "unset", other.openBLASCoreType ?? "unset")
    return parts
  }
}
