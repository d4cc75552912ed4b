import Testing
import TiledBackend

@Suite("Shares of work") struct SharesTests {
  @Test(
    "hold every unit once, in order, as many tasks for each worker", arguments: [1, 2, 3, 8], [1, 2, 5, 30])
  func complete(workers: Int, most: Int) {
    for count in 0...100 {
      for least in 1...most {
        let tasks = Shares.cut(count, among: workers, most: most, least: least)
        #expect(tasks.flatMap { Array($0) } == Array(0..<count))
        #expect(tasks.count.isMultiple(of: workers) && tasks.allSatisfy { $0.count <= most })
        let perShare = tasks.count / workers
        let shares = (0..<workers).map { worker in
          tasks[(worker * perShare)..<((worker + 1) * perShare)].reduce(0) { $0 + $1.count }
        }
        #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1)
      }
    }
  }

  @Test("end with ever smaller tasks, none of them too small")
  func falling() {
    #expect(Shares.falling(8, most: 4, least: 1) == [0..<4, 4..<6, 6..<7, 7..<8])
    #expect(Shares.falling(31, most: 31, least: 3) == [0..<16, 16..<24, 24..<28, 28..<31])
    #expect(Shares.falling(5, most: 2, least: 2) == [0..<2, 2..<4, 4..<5])
    #expect(
      Shares.cut(13, among: 2, most: 4) == [0..<4, 4..<6, 6..<6, 6..<10, 10..<12, 12..<13])
  }
}
