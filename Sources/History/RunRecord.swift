import Foundation
import Measurement

/// How a run stands.
package enum RunStatus: String, Sendable, Hashable, Codable, CaseIterable {
  /// Not finished. A run that was killed keeps this status, with the layers that it had finished.
  case running
  case complete
  /// Stopped by the user, with the layers that it had finished.
  case interrupted
}

/// What was compiled how, and with what it ran.
package struct EnvironmentRecord: Sendable, Hashable, Codable {
  package var build: BuildInfo
  package var git: GitState
  package var threads: Int
  /// The instruction set that the kernels were chosen for.
  package var instructionSet: String
  package var system: SystemState

  package init(
    build: BuildInfo, git: GitState, threads: Int, instructionSet: String, system: SystemState
  ) {
    self.build = build
    self.git = git
    self.threads = threads
    self.instructionSet = instructionSet
    self.system = system
  }

  enum CodingKeys: String, CodingKey {
    case build, git, threads, system
    case instructionSet = "isa"
  }
}

/// What is known of a run when it begins.
package struct RunHeader: Sendable, Hashable, Codable {
  /// A UUID in lower case.
  package var uuid: String
  /// What the user calls the run; may be empty.
  package var label: String
  package var network: String
  /// To the millisecond.
  package var started: Date
  package var machine: MachineInfo
  package var environment: EnvironmentRecord
  /// The command line's options, as they were understood.
  package var options: [String: String]
  /// How many layers the run set out to record: fewer recorded ones make it a partial run.
  package var plannedLayers: Int
  package var roofs: Roofs?

  package init(
    uuid: String = UUID().uuidString.lowercased(), label: String = "", network: String,
    started: Date = Date(), machine: MachineInfo, environment: EnvironmentRecord,
    options: [String: String] = [:], plannedLayers: Int, roofs: Roofs? = nil
  ) {
    self.uuid = uuid
    self.label = label
    self.network = network
    self.started = started
    self.machine = machine
    self.environment = environment
    self.options = options
    self.plannedLayers = plannedLayers
    self.roofs = roofs
  }

  enum CodingKeys: String, CodingKey {
    case uuid, label, network, started, machine, environment, options, roofs
    case plannedLayers = "planned_layers"
  }
}

/// The whole network's time on one backend.
package struct NetworkTotal: Sendable, Hashable, Codable {
  package var backend: String
  package var threads: Int
  /// One pass through the network, picture to boxes; nil where it was not timed as a whole.
  package var endToEnd: TimingRecord?
  /// The layers' medians added up, in nanoseconds; nil where a layer has no time.
  package var sumOfLayers: Double?

  package init(backend: String, threads: Int, endToEnd: TimingRecord?, sumOfLayers: Double?) {
    self.backend = backend
    self.threads = threads
    self.endToEnd = endToEnd
    self.sumOfLayers = sumOfLayers
  }

  enum CodingKeys: String, CodingKey {
    case backend, threads
    case endToEnd = "end_to_end"
    case sumOfLayers = "sum_of_layers_ns"
  }
}

/// A case file that was refused, and why.
package struct RefusedFile: Sendable, Hashable, Codable {
  package var file: String
  package var message: String

  package init(file: String, message: String) {
    self.file = file
    self.message = message
  }
}

/// Everything that is recorded of a run.
package struct RunRecord: Sendable, Hashable, Codable {
  package var header: RunHeader
  package var status: RunStatus
  /// Nil while the run goes on, and after it was killed.
  package var finished: Date?
  package var totals: [NetworkTotal]
  /// In the network's order.
  package var layers: [LayerRecord]
  package var refused: [RefusedFile]

  package init(
    header: RunHeader, status: RunStatus, finished: Date? = nil, totals: [NetworkTotal] = [],
    layers: [LayerRecord] = [], refused: [RefusedFile] = []
  ) {
    self.header = header
    self.status = status
    self.finished = finished
    self.totals = totals
    self.layers = layers
    self.refused = refused
  }
}
