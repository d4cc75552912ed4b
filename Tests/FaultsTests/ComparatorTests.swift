import Faults
import Testing

@Suite struct ComparatorTests {
  @Test func `the list is long enough and its names are unique`() {
    #expect(ComparatorFault.all.count >= 15)
    #expect(Set(ComparatorFault.all.map(\.id)).count == ComparatorFault.all.count)
  }

  @Test func `the standard judge gets the whole battery right`() throws {
    let battery = try Exhibit.battery()
    #expect(battery.count >= 30)
    for exhibit in battery {
      #expect(exhibit.accepts(exhibit.status), "\(exhibit.name): \(exhibit.status)")
    }
    #expect(ComparatorFault.unedited.mistakes(on: battery).map(\.name) == [])
  }

  @Test(arguments: ComparatorFault.all.map(\.id))
  func `a faulty judge is told from the standard one`(id: String) throws {
    let battery = try Exhibit.battery()
    for fault in ComparatorFault.all where fault.id == id {
      #expect(ComparatorFinding(fault, battery: battery).isCaught)
    }
  }
}
