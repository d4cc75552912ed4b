import Gate
import History

/// The verdict on a suite whose shards were measured apart, on one machine or many: each layer was compared within its own
/// shard, with the family's rate shared out over all of them.
struct SuiteJudgement {
  let suite: String?
  let db: String

  func verdict() throws -> GateVerdict {
    let database = try HistoryDatabase(path: db, for: .reading)
    let suite = try suite ?? latest(in: database)
    // A shard that was repeated counts with its last try.
    var shards: [Int: ExperimentRecord] = [:]
    for experiment in try database.experiments(suite: suite) {
      shards[experiment.header.shard.number] = experiment
    }
    guard let first = shards.min(by: { $0.key < $1.key })?.value else {
      throw ProgramError.badInput("The database \(db) holds no experiment of the suite \"\(suite)\".")
    }
    var whole = GateVerdict(
      command: "ab", network: first.header.network, machine: first.header.machine.identity,
      base: .init(name: first.header.baseHotCode, commit: first.header.base.git.commit),
      head: .init(name: first.header.headHotCode, commit: first.header.head.git.commit))
    whole.settings = first.verdict?.settings
    for number in 1...first.header.shard.of {
      guard let shard = shards[number], let verdict = shard.verdict, shard.status == .complete else {
        whole.missing.append(
          .init(
            layer: "*", backend: "*", message: "Shard \(number) of \(first.header.shard.of) has no verdict."))
        continue
      }
      guard shard.header.baseHotCode == first.header.baseHotCode,
        shard.header.headHotCode == first.header.headHotCode
      else {
        whole.missing.append(
          .init(layer: "*", backend: "*", message: "Shard \(number) measured other builds than shard 1."))
        continue
      }
      whole.add(verdict)
    }
    return whole
  }

  private func latest(in database: HistoryDatabase) throws -> String {
    guard let latest = try database.experiments().first?.header.suite else {
      throw ProgramError.badInput("The database \(db) holds no experiments.")
    }
    return latest
  }
}

extension GateVerdict {
  fileprivate mutating func add(_ shard: GateVerdict) {
    layers += shard.layers
    totals += shard.totals
    failures += shard.failures
    missing += shard.missing
    accuracyAlerts += shard.accuracyAlerts
    keptBlocks += shard.keptBlocks
    discarded += shard.discarded
    notes += shard.notes.filter { !notes.contains($0) }
  }
}
