/// What went on around one process. Instructions and cycles tell which arm it was where the arms' code differs, so the rules
/// do not look at them; nothing else in here tells.
package struct VisitConditions: Sendable, Hashable, Codable {
  /// Nanoseconds from start to end.
  package var wall: Double
  /// Nanoseconds that the hypervisor gave to other guests meanwhile, all processors together; nil where unknown.
  package var steal: Double?
  /// How often the process was put aside for another one.
  package var involuntarySwitches: Int?
  package var minorFaults: Int?
  /// Page faults that waited for a disk.
  package var majorFaults: Int?
  /// What its threads did in their own code while samples were taken; nil where the processor's counters are not to be had.
  package var instructions: Double?
  package var cycles: Double?
  /// Nanoseconds of the control kernel right before: the same instructions in the same process every time.
  package var controlKernel: Double

  package init(
    wall: Double, steal: Double? = nil, involuntarySwitches: Int? = nil, minorFaults: Int? = nil,
    majorFaults: Int? = nil, instructions: Double? = nil, cycles: Double? = nil, controlKernel: Double
  ) {
    self.wall = wall
    self.steal = steal
    self.involuntarySwitches = involuntarySwitches
    self.minorFaults = minorFaults
    self.majorFaults = majorFaults
    self.instructions = instructions
    self.cycles = cycles
    self.controlKernel = controlKernel
  }

  enum CodingKeys: String, CodingKey {
    case instructions, cycles
    case wall = "wall_ns"
    case steal = "steal_ns"
    case involuntarySwitches = "involuntary_switches"
    case minorFaults = "minor_faults"
    case majorFaults = "major_faults"
    case controlKernel = "control_ns"
  }
}

/// The rules by which a block is thrown away, set before anything is measured. They see the conditions of all of its
/// processes at once, neither names nor times of arms, so they can't favour one: under the null hypothesis the names are
/// exchangeable given the conditions, and the test stays exact.
package struct DiscardRules: Sendable, Hashable, Codable {
  /// The largest share of the processors' time that may have been stolen in a visit. Since the processes of a block share
  /// every pass and a contrast is the median of its passes', blocks with 5 to 11 % stolen had no more noise than others
  /// (2.9 and 3.0 % in the middle of 116 layers); nothing is known of more than that.
  package var steal: Double
  /// How many times the median of all visits so far the control kernel may take.
  package var controlKernel: Double
  /// Page faults that wait for a disk: none are expected once the files were read.
  package var majorFaults: Int

  package init(steal: Double = 0.15, controlKernel: Double = 1.5, majorFaults: Int = 50) {
    self.steal = steal
    self.controlKernel = controlKernel
    self.majorFaults = majorFaults
  }

  enum CodingKeys: String, CodingKey {
    case steal
    case controlKernel = "control_kernel"
    case majorFaults = "major_faults"
  }

  /// The rule that the block breaks, in words; nil if it is kept.
  ///
  /// - Parameters:
  ///   - usualControlKernel: the median over the visits so far, in nanoseconds; nil for the first block.
  ///   - processors: of the machine.
  package func broken(
    by visits: [VisitConditions], usualControlKernel: Double?, processors: Int
  ) -> String? {
    for visit in visits {
      if let stolen = visit.steal, stolen > steal * visit.wall * Double(max(processors, 1)) {
        return "more than \((steal * 100).formatted) % of the processors' time was stolen"
      }
      if let usual = usualControlKernel, visit.controlKernel > controlKernel * usual {
        return "the control kernel took more than \(controlKernel.formatted) times as long as usual"
      }
      if let faults = visit.majorFaults, faults > majorFaults {
        return "more than \(majorFaults) page faults waited for a disk"
      }
    }
    return nil
  }
}

extension Double {
  /// Without a trailing `.0`.
  fileprivate var formatted: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}
