/// What the self-test found: `efgrbench-selftest/1`, read leniently.
struct SelftestSummaryDocument: Sendable, Decodable {
  static let schema = "efgrbench-selftest/1"

  /// One fault in one kind.
  struct KernelFault: Sendable, Decodable {
    var id: String
    var kind: String
    var sentence: String?
    /// `caught`, `missed` or `equivalent`.
    var outcome: String
    var caughtBy: [String: Int]?

    enum CodingKeys: String, CodingKey {
      case id, kind, sentence, outcome
      case caughtBy = "caught_by"
    }
  }

  /// One faulty judge.
  struct Comparator: Sendable, Decodable {
    var id: String
    var sentence: String?
    var outcome: String
  }

  /// The line between errors that fail and errors that pass, in bounds.
  struct SmallestError: Sendable, Decodable {
    var kind: String
    var smallestCaught: JSONNumber?
    var largestPassed: JSONNumber?

    enum CodingKeys: String, CodingKey {
      case kind
      case smallestCaught = "smallest_caught"
      case largestPassed = "largest_passed"
    }
  }

  var kernels: [KernelFault]
  var comparators: [Comparator]
  var smallestErrors: [SmallestError]
  var defects: [String]

  enum CodingKeys: String, CodingKey {
    case kernels, comparators, defects
    case smallestErrors = "smallest_errors"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    kernels = container.lenient(.kernels) ?? []
    comparators = container.lenient(.comparators) ?? []
    smallestErrors = container.lenient(.smallestErrors) ?? []
    defects = container.lenient(.defects) ?? []
  }
}
