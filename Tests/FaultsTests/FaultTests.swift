import Catalogue
import Faults
import Testing

@Suite struct FaultTests {
  @Test func `the list is long enough and its names are unique`() {
    #expect(Fault.all.count >= 100)
    #expect(Set(Fault.all.map(\.id)).count == Fault.all.count)
    #expect(Fault.all.allSatisfy { !$0.kinds.isEmpty && $0.sentence.hasSuffix(".") })
  }

  @Test(arguments: LayerKind.allCases)
  func `every fault of a kind is caught or proven equivalent`(kind: LayerKind) throws {
    let report = try KindReport(of: kind)
    #expect(report.probes > 0)
    #expect(report.defects == [])
    #expect(report.findings.count >= 5)
    for finding in report.findings {
      #expect(
        finding.outcome == (finding.fault.proofOfEquivalence == nil ? .caught : .equivalent),
        "\(finding.fault.id): changed \(finding.changed) of \(finding.probes), ratio \(finding.ratio)")
    }
  }

  @Test(arguments: LayerKind.allCases)
  func `an error just past the bound fails and one just within passes`(kind: LayerKind) throws {
    guard let sensitivity = try KindReport(of: kind).sensitivity else { return }
    #expect(sensitivity.trials > 0)
    #expect(sensitivity.mistakes == 0)
    #expect(sensitivity.smallestCaught > 1 && sensitivity.smallestCaught < 1.1)
    #expect(sensitivity.largestPassed <= 1)
    #expect(sensitivity.isGood)
  }
}
