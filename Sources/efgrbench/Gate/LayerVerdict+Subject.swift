import Gate
import History
import Measurement

extension LayerVerdict {
  /// The verdict on a subject, or on the sum over all subjects of its backend.
  ///
  /// - Parameters:
  ///   - blocks: those of the stage that decided.
  ///   - excess: see ``NoiseShape/excess(_:deviation:pilot:trials:)``.
  init(
    _ paired: PairedVerdict, of subject: ExperimentSubject, isTotal: Bool, blocks: [BlockTimes],
    budget: ErrorBudget, excess: Double
  ) {
    let power = Power(budget: budget, screeningBlocks: blocks.count, confirmingBlocks: blocks.count)
    let visible = paired.noise.map { power.smallestVisible(noise: $0 * excess) - 1 }
    self.init(
      layer: isTotal ? nil : subject.layer, kind: isTotal ? nil : subject.kind, backend: subject.backend,
      baseAlgorithm: isTotal ? "" : subject.baseAlgorithm,
      headAlgorithm: isTotal ? "" : subject.headAlgorithm,
      baseStatus: isTotal ? "" : subject.baseStatus, headStatus: isTotal ? "" : subject.headStatus,
      change: paired.change, ratio: paired.interval,
      baseMedian: Statistics.median(blocks.flatMap { [$0.base, $0.control] }),
      headMedian: Statistics.median(blocks.flatMap(\.heads)), count: paired.blocks, stage: paired.stage,
      smallestVisible: visible.flatMap { $0.isFinite ? $0 : nil }, isBlind: paired.isBlind,
      isControlBiased: paired.control.isBiased, control: paired.control.interval)
  }

  /// A subject that is not right on both sides: no time is judged.
  init(untimed subject: ExperimentSubject) {
    self.init(
      layer: subject.layer, kind: subject.kind, backend: subject.backend,
      baseAlgorithm: subject.baseAlgorithm, headAlgorithm: subject.headAlgorithm,
      baseStatus: subject.baseStatus, headStatus: subject.headStatus, change: .none)
  }
}

extension GateVerdict {
  /// Correctness first: what is wrong has no speed, and what lost precision is told.
  mutating func judge(_ subjects: [ExperimentSubject]) {
    for subject in subjects where !subject.isGood {
      layers.append(LayerVerdict(untimed: subject))
      let status = ResultStatus(rawValue: subject.headStatus)
      if status == .failed {
        failures.append(.init(layer: subject.layer, backend: subject.backend, message: "The head is wrong."))
      } else if status?.isGood != true {
        missing.append(
          .init(
            layer: subject.layer, backend: subject.backend, message: "The head is \(subject.headStatus)."))
      } else {
        notes.append(
          "\(subject.layer) on \(subject.backend) was \(subject.baseStatus) in the base: its time says nothing."
        )
      }
    }
    accuracyAlerts = AccuracyAlert.all(
      base: subjects.map {
        AccuracyRecord(
          layer: $0.layer, backend: $0.backend, algorithm: $0.baseAlgorithm,
          isGood: ResultStatus(rawValue: $0.baseStatus)?.isGood == true, maxRatio: $0.baseMaxRatio)
      },
      head: subjects.map {
        AccuracyRecord(
          layer: $0.layer, backend: $0.backend, algorithm: $0.headAlgorithm,
          isGood: ResultStatus(rawValue: $0.headStatus)?.isGood == true, maxRatio: $0.headMaxRatio)
      })
  }
}
