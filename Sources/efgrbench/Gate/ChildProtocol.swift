import Measurement

/// What `ab` asks of a build, in a process of its own: the first line of its standard input, answered by a
/// ``ChildReply``. Builds of different age must understand each other: a change of meaning changes the schema's
/// number.
struct ChildRequest: Codable, Sendable {
  static let schema = "efgrbench-child/3"

  enum Task: String, Codable, Sendable {
    /// Judge every subject once; none are timed.
    case verify
    /// Time the subjects, turn by turn: further lines are ``ChildTurn``s, until there are no more. Nothing is judged, no
    /// golden read, no roof measured.
    case time
  }

  /// What caches hold when a sample begins.
  enum Cache: String, Codable, Sendable, CaseIterable {
    /// What the call before left: the usual case inside a loop.
    case hot
    /// Inputs and output, but not the weights: a layer fed by the one before it.
    case coldWeights = "cold-weights"
    /// Nothing.
    case cold
  }

  /// One layer on one backend.
  struct Subject: Codable, Sendable, Hashable {
    var layer: String
    var backend: String
    /// Calls in each sample, shared by all arms.
    var repetitions = 1
    /// Rounds of the peak kernel after each call: a slow-down put in to see whether it is found.
    var addedRounds = 0
  }

  var schema = ChildRequest.schema
  var task: Task
  var network: String
  var subjects: [Subject]
  var threads: Int
  var instructionSet: String
  /// Forced on every layer of the tiled backend that offers it; nil: the best per layer.
  var algorithm: String?
  /// The folder of golden packs for `verify`; nil: the oracle tells every truth.
  var golden: String?
  var cache = Cache.hot
}

/// What a process that times does next, one line each. The processes of a block take turns: each layer is timed by all of
/// them within milliseconds, so that what drifts more slowly than that disturbs all alike.
///
/// There are thousands of turns in a block, each between two samples of half a millisecond: words and numbers take a tenth
/// of the time that JSON does.
enum ChildTurn: Sendable, Hashable {
  /// `prepare N`: make the request's subject number N ready, in place of the one before. Answered by a ``ChildReply``.
  case prepare(Int)
  /// `sample`: take one sample of it. Answered by its nanoseconds per call, a line with a number.
  case sample
  /// `report`: answered by a ``ChildReply`` that tells what went on so far.
  case report

  var line: String {
    switch self {
    case .prepare(let subject): "prepare \(subject)"
    case .sample: "sample"
    case .report: "report"
    }
  }

  /// Nil for a line that is no turn.
  init?(line: String) {
    let words = line.split(separator: " ")
    switch (words.first, words.count) {
    case ("prepare", 2):
      guard let subject = Int(words[1]) else { return nil }
      self = .prepare(subject)
    case ("sample", 1): self = .sample
    case ("report", 1): self = .report
    default: return nil
    }
  }
}

/// What the process answers on standard output, as JSON in one line.
struct ChildReply: Codable, Sendable {
  struct Result: Codable, Sendable {
    var layer: String
    var kind: String
    var backend: String
    var algorithm: String
    /// In the words of the contract; nil where nothing was judged.
    var status: String?
    var maxRatio: Double?
    var message = ""
    /// Nanoseconds per call, as the turns were answered.
    var samples: [Double] = []
  }

  /// Where a process's time went so far, in nanoseconds.
  struct Spending: Codable, Sendable, Hashable {
    /// Making inputs and parameters.
    var data = 0.0
    /// Planning: packing and transforming weights.
    var planning = 0.0
    /// Calls before samples, and caches made cold.
    var warming = 0.0
    var samples = 0.0

    /// Of making layers ready, the share that data take; the rest goes into planning.
    var dataShare: Double { data + planning > 0 ? data / (data + planning) : 0 }

    static func += (sum: inout Spending, other: Spending) {
      sum.data += other.data
      sum.planning += other.planning
      sum.warming += other.warming
      sum.samples += other.samples
    }
  }

  var schema = ChildRequest.schema
  /// In the first reply.
  var build: BuildInfo?
  /// The least nanoseconds that a round of the peak kernel took; in the answer to a `report`.
  var peakRound: Double?
  /// Of all samples so far, and why there are none; in the answer to a `report`.
  var counts: HardwareCounters.Counts?
  var noCounts: String?
  var spent = Spending()
  /// Of the whole request or of one turn. A subject that the build does not offer has none.
  var results: [Result] = []
}
