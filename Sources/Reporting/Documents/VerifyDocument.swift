import History
import Measurement

/// Distances in ULP as documents carry them.
package struct ULPDocument: Sendable, Hashable, Codable {
  package let p50: JSONNumber
  package let p99: JSONNumber
  package let max: JSONNumber

  package init(_ ulp: ULPDistances) {
    p50 = JSONNumber(ulp.p50)
    p99 = JSONNumber(ulp.p99)
    max = JSONNumber(ulp.max)
  }
}

/// The first element past its bound as documents carry it.
package struct FirstFailureDocument: Sendable, Hashable, Codable {
  package let index: [Int]
  package let expected: JSONNumber
  package let got: JSONNumber
  package let bound: JSONNumber

  package init(_ failure: FirstFailure) {
    index = failure.index
    expected = JSONNumber(failure.expected)
    got = JSONNumber(failure.got)
    bound = JSONNumber(failure.bound)
  }
}

/// Which ways through a backend's micro-kernels a verification took, and which none of its cases did.
package struct CoverageDocument: Sendable, Hashable, Codable {
  package let backend: String
  package let isa: String
  /// Kernel and way in words.
  package let taken: [String]
  package let notTaken: [String]

  package init(backend: String, isa: String, taken: [String], notTaken: [String]) {
    self.backend = backend
    self.isa = isa
    self.taken = taken
    self.notTaken = notTaken
  }

  enum CodingKeys: String, CodingKey {
    case backend, isa, taken
    case notTaken = "not_taken"
  }
}

/// What `verify --json` writes.
package struct VerifyDocument: Sendable, Hashable, Codable {
  /// One case on one backend.
  package struct Result: Sendable, Hashable, Codable {
    package let `case`: String
    package let kind: String
    package let backend: String
    package let algorithm: String
    /// Whether the plan promises the same bits on every run; null where that is not known.
    package let deterministic: Nullable<Bool>
    package let status: ResultStatus
    package let elements: Int
    /// The share of compared elements whose truth is not zero, where it is known.
    package let nonZeroShare: Nullable<JSONNumber>
    package let maxAbsError: Nullable<JSONNumber>
    package let maxRatio: Nullable<JSONNumber>
    package let ulp: Nullable<ULPDocument>
    package let firstFailure: Nullable<FirstFailureDocument>
    package let repro: String
    package let message: String

    package init(
      case name: String, kind: String, result: ResultRecord, nonZeroShare: Double? = nil,
      isDeterministic: Bool? = nil
    ) {
      self.case = name
      self.kind = kind
      backend = result.backend
      algorithm = result.algorithm
      deterministic = Nullable(isDeterministic)
      status = result.status
      elements = result.elements
      self.nonZeroShare = Nullable(number: nonZeroShare)
      maxAbsError = Nullable(number: result.maxAbsError)
      maxRatio = Nullable(number: result.maxRatio)
      ulp = Nullable(result.ulp.map(ULPDocument.init))
      firstFailure = Nullable(result.firstFailure.map(FirstFailureDocument.init))
      repro = result.repro
      message = result.message
    }

    enum CodingKeys: String, CodingKey {
      case `case`, kind, backend, algorithm, deterministic, status, elements, ulp, repro, message
      case nonZeroShare = "nonzero_share"
      case maxAbsError = "max_abs_error"
      case maxRatio = "max_ratio"
      case firstFailure = "first_failure"
    }
  }

  package let schema: String
  package let machine: MachineInfo
  package let results: [Result]
  package let refused: [RefusedFile]
  /// How many results have each status, all statuses named; refused files count as `refused`.
  package let summary: [String: Int]
  /// Null where no kernel ran.
  package let coverage: Nullable<CoverageDocument>

  package init(
    machine: MachineInfo, results: [Result], refused: [RefusedFile], coverage: CoverageDocument? = nil
  ) {
    schema = "efgrbench-verify/1"
    self.machine = machine
    self.results = results
    self.refused = refused
    var summary = Dictionary(uniqueKeysWithValues: ResultStatus.allCases.map { ($0.rawValue, 0) })
    for result in results { summary[result.status.rawValue, default: 0] += 1 }
    summary[ResultStatus.refused.rawValue, default: 0] += refused.count
    self.summary = summary
    self.coverage = Nullable(coverage)
  }
}
