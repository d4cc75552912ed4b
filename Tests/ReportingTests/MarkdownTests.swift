import History
import Testing

@testable import Reporting

@Suite("Markdown")
struct MarkdownTests {
  @Test func theHeadOfASummary() {
    let expected = """
      # efgrnet-vgg16-320-coco

      **All 107 layers are right on reference and tiled, and so are the 59 that openblas offers. Tiled runs the \
      network in 691 ms, 142× as fast as the reference.**

      example · 2026-11-23 03:25 UTC · commit 8669d56a1b with uncommitted changes · AMD EPYC

      ## Whole network

      | backend | end to end | sum of layers | speed-up | GFLOP/s | largest error ratio | layers |
      | --- | --- | --- | --- | --- | --- | --- |
      | reference | 98.1 s | 96.9 s | – | 0.98 | 0.0026 (conv2\\_1) | 43 exact, 58 passed, 6 marginal |
      """
    #expect(MarkdownSummary(FakeRun.complete()).text.hasPrefix(expected))
  }

  @Test func whatIsNotGood() {
    let text = MarkdownSummary(FakeRun.troubled()).text
    #expect(text.contains("> This run was interrupted. 40 of 107 layers are recorded."))
    #expect(
      text.contains(
        """
        - **conv2\\_1** on tiled is failed: 12 of 4096 elements are past their bound. Repeat: \
        `efgrbench verify --backends tiled Golden/layers "a b"`
        """))
    #expect(text.contains("- **pool3** on tiled is exact, in the network failed"))
    #expect(text.contains("| &lt;script&gt;alert(1)&lt;/script&gt; |"))
    #expect(!text.contains("<script"))
  }

  @Test func whatDiffersFromAnotherRun() {
    let text = MarkdownSummary(FakeRun.withEverything()).text
    #expect(text.contains("## Against run 0b6f1e1c\n\n| layer | backend | status | before | now | change |"))
    #expect(text.contains("| conv2\\_1 | tiled | failed → passed |"))
    #expect(text.contains("| pool1 | tiled | exact |"))
    #expect(text.contains("−50 % |"))
  }

  @Test(arguments: [
    ("a|b", "a\\|b"), ("<i>", "&lt;i&gt;"), ("a\nb", "a b"), ("*x*", "\\*x\\*"), ("[x](y)", "\\[x\\](y)"),
  ])
  func escaping(plain: String, escaped: String) {
    #expect(plain.markdownEscaped == escaped)
  }

  @Test(arguments: [("a", "`a`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a\nb", "`a b`")])
  func codeSpans(plain: String, code: String) {
    #expect(plain.markdownCode == code)
  }
}
