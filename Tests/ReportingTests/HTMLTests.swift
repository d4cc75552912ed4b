import Foundation
import History
import Testing

@testable import Reporting

@Suite("The page")
struct HTMLTests {
  private let good = Self.pages.good
  private let troubled = Self.pages.troubled
  private let everything = Self.pages.everything

  /// Rendered once: every test case has a suite of its own.
  private static let pages = (
    good: HTMLPage(FakeRun.complete()).text, troubled: HTMLPage(FakeRun.troubled()).text,
    everything: HTMLPage(FakeRun.withEverything()).text
  )

  @Test func equalRecordsGiveEqualBytes() throws {
    for form in Report.Form.allCases {
      for contents in [ReportContents(FakeRun.troubled()), FakeRun.withEverything()] {
        let first = try Report(contents).text(form)
        #expect(try Report(contents).text(form) == first)
      }
    }
  }

  @Test func nothingIsRequested() {
    for page in [good, troubled, everything] {
      for sign in ["http://", "https://", "@import", "url("] {
        #expect(!page.contains(sign), "\(sign)")
      }
      for match in page.matches(of: /\s(?:src|href)="([^"]*)"/) {
        #expect(match.output.1.hasPrefix("#") || match.output.1.hasPrefix("data:image/png;base64,"))
      }
      #expect(page.contains("default-src 'none'"))
    }
  }

  @Test func namesFromTheDataAreNoMarkup() {
    #expect(!troubled.contains("<script>alert"))
    #expect(troubled.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!troubled.contains("<img"))
    #expect(troubled.contains("a,&quot;b|c`d"))
    #expect(troubled.contains("The header is cut off &amp; lost."))
  }

  @Test func everyNameIsEscapedWhereverItStands() {
    var run = FakeRun.complete()
    let hostile = "\"><b onload='x'>&\u{0}"
    run.header.network = hostile
    run.header.label = hostile
    run.header.machine.cpuModel = hostile
    run.header.environment.git.commit = hostile
    run.header.options = [hostile: hostile]
    for index in run.layers.indices {
      run.layers[index].name = hostile
      run.layers[index].kind = hostile
      run.layers[index].attributes = hostile
      for place in run.layers[index].results.indices {
        run.layers[index].results[place].backend += hostile
        run.layers[index].results[place].algorithm = hostile
        run.layers[index].results[place].status = .failed
        run.layers[index].results[place].message = hostile
        run.layers[index].results[place].repro = hostile
      }
    }
    let page = HTMLPage(run).text
    #expect(!page.contains("<b onload"))
    #expect(!page.contains("\u{0}"))
  }

  @Test func theVerdictStandsOnTop() {
    #expect(good.contains("All 107 layers are right on reference and tiled, and so are the 59 that"))
    #expect(good.contains("<div class=\"verdict good\">"))
    #expect(troubled.contains("<div class=\"verdict bad\">"))
    #expect(troubled.contains("This run was interrupted. 40 of 107 layers are recorded."))
  }

  @Test func everyLayerHasItsRow() {
    let table = good.components(separatedBy: "<section id=\"layers\">").last ?? ""
    for layer in FakeRun.complete().layers {
      #expect(table.contains("\">\(layer.name)</button>"))
    }
  }

  @Test func aRunWithNothingStillGivesAPage() {
    var run = FakeRun.complete()
    run.layers = []
    run.totals = []
    run.status = .running
    run.header.roofs = nil
    let page = HTMLPage(run).text
    #expect(page.contains("Nothing was verified."))
    #expect(page.contains("This run did not finish"))
    #expect(page.hasSuffix("</html>\n"))
  }

  @Test(arguments: [
    "Errors", "Samples", "Speed against error", "History", "Repeat the check", "Memory over time",
    "Error through the depth", "Roofline", "Figures of the paper", "Beside other programs",
    "The checks, checked",
    "Against example",
  ])
  func whatTheRecordHoldsIsShown(title: String) {
    #expect(everything.contains(">\(title)<"), "\(title)")
  }

  @Test func differencesOfBackendsAreMaps() throws {
    #expect(
      everything.contains("<h3>tiled − openblas</h3>") && everything.contains("<h3>tiled − &lt;i&gt;</h3>"))
    #expect(everything.contains("<span>−1.0×10⁻⁶</span>") && everything.contains("<span>+1.0×10⁻⁶</span>"))
    #expect(everything.contains("at most 1.0×10⁻⁶, 6.7×10⁻⁷ of the map"))
    #expect(everything.contains("no difference"))
    // Older records hold the largest differences alone.
    var figures = FakeRun.figures
    figures.maps[0].differenceLevels = nil
    let document = AttachedDocument(schema: FiguresDocument.schema, json: try figures.jsonText())
    let older = HTMLPage(ReportContents(FakeRun.complete(), documents: [document])).text
    #expect(!older.contains("Where the backends differ"))
    #expect(older.contains("openblas differs by 1.0×10⁻⁶ at most"))
  }

  @Test func detectionsThatWereNotLookedForAreNotNone() throws {
    func page(_ change: (inout FiguresDocument) -> Void) throws -> String {
      var figures = FakeRun.figures
      change(&figures)
      let documents = [
        AttachedDocument(schema: FiguresDocument.schema, json: try figures.jsonText()),
        AttachedDocument(schema: PictureDocument.schema, json: try FakeRun.picture.jsonText()),
      ]
      return HTMLPage(ReportContents(FakeRun.complete(), documents: documents)).text
    }
    #expect(try page { _ in }.contains("1 of 4 boxes, the surest: "))
    #expect(try page { ($0.objects, $0.found) = ([], 0) }.contains("0 of 0 boxes, the surest: nothing"))
    let unreached = try page { ($0.objects, $0.found) = ([], nil) }
    #expect(unreached.contains("the run ended before it came to them") && !unreached.contains("the surest"))
  }

  @Test func otherProgramsAreShownFromSeveralComparisons() throws {
    func page(_ comparisons: String...) -> String {
      let documents = comparisons.map { AttachedDocument(schema: "efgrbench-peers/1", json: $0) }
      return HTMLPage(ReportContents(FakeRun.complete(), documents: documents)).text
    }
    func holds(_ page: String) -> [Bool] {
      [">Layer by layer<", "on the whole network</caption>", "Geometric means of ours"].map(page.contains)
    }
    let whole = FakeRun.peers.replacing(/"layers": .*/.dotMatchesNewlines(), with: #""layers": []}"#)
    let layers = FakeRun.peers.replacing(#""whole": {"#, with: #""ignored": {"#)
    let single = layers.replacing(#""threads": 2"#, with: #""threads": 1"#)
    #expect(holds(page(FakeRun.peers)) == [true, true, true])
    #expect(holds(page(whole)) == [false, true, false])
    #expect(holds(page(layers)) == [true, false, true])
    #expect(
      holds(page(layers, whole)) == [true, true, true] && holds(page(whole, layers)) == [true, true, true])
    #expect(holds(page(whole, single)) == [true, false, true])
  }

  @Test func whatTheRecordLacksIsLeftOut() {
    for title in [
      "Errors<", "Memory over time", "Figures of the paper", "Beside other programs", "The checks, checked",
    ] {
      #expect(!good.contains(">\(title)"), "\(title)")
    }
  }

  @Test func everyIdentifierIsUnique() {
    for page in [good, troubled, everything] {
      let names = page.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
      #expect(Set(names).count == names.count)
    }
  }

  @Test func openedElementsAreClosed() {
    for page in [good, troubled, everything] {
      for element in ["section", "table", "tbody", "tr", "td", "th", "svg", "span", "details", "ol", "dl"] {
        let opened = page.components(separatedBy: "<\(element)").dropFirst().count {
          $0.first == ">" || $0.first == " "
        }
        #expect(opened == page.components(separatedBy: "</\(element)>").count - 1, "\(element)")
      }
    }
  }

  @Test(arguments: [(1.0, 5.0 / 6), (0, 0), (1e-5, 0), (10, 1), (.infinity, 1), (.nan, 0), (0.1, 4.0 / 6)])
  func ratiosLieOnALogarithmicScale(ratio: Double, position: Double) {
    #expect(abs(RatioScale.position(ratio) - position) < 1e-12)
  }
}
