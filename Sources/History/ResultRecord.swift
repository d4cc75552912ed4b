/// What verification found, in the words of the contract.
package enum ResultStatus: String, Sendable, Hashable, Codable, CaseIterable {
  case exact, passed, marginal, failed, mistrusted, unimplemented, refused

  /// Only these may be timed.
  package var isGood: Bool {
    switch self {
    case .exact, .passed, .marginal: true
    case .failed, .mistrusted, .unimplemented, .refused: false
    }
  }
}

/// Distances from the truth in units of the last place.
package struct ULPDistances: Sendable, Hashable, Codable {
  package var p50: Double
  package var p99: Double
  package var max: Double

  package init(p50: Double, p99: Double, max: Double) {
    self.p50 = p50
    self.p99 = p99
    self.max = max
  }
}

/// The first element that is past its bound.
package struct FirstFailure: Sendable, Hashable, Codable {
  /// [n, c, h, w], or as many as the output has axes.
  package var index: [Int]
  package var expected: Double
  package var got: Double
  package var bound: Double

  package init(index: [Int], expected: Double, got: Double, bound: Double) {
    self.index = index
    self.expected = expected
    self.got = got
    self.bound = bound
  }
}

/// How a layer did inside the network, fed by the layers before it instead of golden inputs.
package struct ChainedResult: Sendable, Hashable, Codable {
  package var status: ResultStatus
  /// The layer's own part of the error: the largest |error| / guaranteed bound against the truth for the very inputs
  /// that it got.
  package var localRatio: Double?
  /// Own and inherited error: the largest difference from the golden network's output, relative to that output's
  /// largest magnitude.
  package var drift: Double?

  package init(status: ResultStatus, localRatio: Double?, drift: Double?) {
    self.status = status
    self.localRatio = localRatio
    self.drift = drift
  }

  enum CodingKeys: String, CodingKey {
    case status, drift
    case localRatio = "local_ratio"
  }
}

/// One layer on one backend with one algorithm: how right, and how fast. SQLite has no NaN: what is NaN when it is
/// recorded is nil when it is read.
package struct ResultRecord: Sendable, Hashable, Codable {
  package var backend: String
  package var algorithm: String
  package var status: ResultStatus
  /// How many output elements were compared.
  package var elements: Int
  package var maxAbsError: Double?
  /// The largest |error| / guaranteed bound.
  package var maxRatio: Double?
  /// The largest |error| / probabilistic bound.
  package var probabilisticRatio: Double?
  package var ulp: ULPDistances?
  package var firstFailure: FirstFailure?
  /// The command that repeats the check; may be empty.
  package var repro: String
  /// A sentence about what is not good; may be empty.
  package var message: String
  package var chained: ChainedResult?
  /// Nil where the result is not good or was not timed.
  package var timing: TimingRecord?

  package init(
    backend: String, algorithm: String, status: ResultStatus, elements: Int = 0,
    maxAbsError: Double? = nil, maxRatio: Double? = nil, probabilisticRatio: Double? = nil,
    ulp: ULPDistances? = nil, firstFailure: FirstFailure? = nil, repro: String = "", message: String = "",
    chained: ChainedResult? = nil, timing: TimingRecord? = nil
  ) {
    self.backend = backend
    self.algorithm = algorithm
    self.status = status
    self.elements = elements
    self.maxAbsError = maxAbsError
    self.maxRatio = maxRatio
    self.probabilisticRatio = probabilisticRatio
    self.ulp = ulp
    self.firstFailure = firstFailure
    self.repro = repro
    self.message = message
    self.chained = chained
    self.timing = timing
  }

  enum CodingKeys: String, CodingKey {
    case backend, algorithm, status, elements, ulp, repro, message, chained, timing
    case maxAbsError = "max_abs_error"
    case maxRatio = "max_ratio"
    case probabilisticRatio = "probabilistic_ratio"
    case firstFailure = "first_failure"
  }
}
