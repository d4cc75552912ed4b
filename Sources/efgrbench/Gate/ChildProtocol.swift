import Measurement

/// What `ab` asks of a build, in a process of its own, through standard input. Builds of different age must understand
/// each other: a change of meaning changes the schema's number.
struct ChildRequest: Codable, Sendable {
  static let schema = "efgrbench-child/1"

  enum Task: String, Codable, Sendable {
    /// Judge every subject once; none are timed.
    case verify
    /// Time the subjects. Nothing is judged, no golden read, no roof measured.
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
  /// Samples of each subject, taken in as many passes over all of them.
  var passes = 1
  var cache = Cache.hot
  /// Nanoseconds that a round of the peak kernel takes when nobody disturbs this machine, as this build was seen to do
  /// it. A sample before or after which it takes more than ``quietness`` times as long is taken again.
  var quietRound: Double?
  /// How often at most.
  var retries = 0

  /// Two processors of a virtual machine may be halves of one core at one moment and two cores at the next, which halves
  /// the peak; a tenth is past the clock's own variation and far below that.
  static let quietness = 1.1
}

/// What the process answers on standard output.
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
    /// Nanoseconds per call, a sample per pass.
    var samples: [Double] = []
  }

  var schema = ChildRequest.schema
  var build: BuildInfo
  /// The least nanoseconds that a round of the peak kernel took; nil where nothing was timed.
  var peakRound: Double?
  /// Samples that were disturbed every time.
  var disturbed = 0
  /// A subject that the build does not offer has no result.
  var results: [Result]
}
