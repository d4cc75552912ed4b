import Foundation
import History

/// The report as one page that needs nothing else: no request, no script to be read. Equal contents give equal bytes.
struct HTMLPage {
  let model: RunModel
  let verdict: Verdict

  init(_ contents: ReportContents) {
    model = RunModel(contents)
    verdict = Verdict(model)
  }

  init(_ run: RunRecord) { self.init(ReportContents(run)) }

  var text: String { Self.document(title: "\(model.run.header.network) · efgrbench", body: body).text }

  private var body: HTML {
    let parts: [(id: String, title: String, content: HTML)] = [
      ("failures", "Not good", failures), ("change", "Change", change), ("totals", "Network", totals),
      ("layers", "Layers", layerTable), ("time", "Time", timeline), ("depth", "Accuracy", depth),
      ("roofline", "Roofline", roofline), ("memory", "Memory", memory), ("peers", "Peers", peers),
      ("gate", "Gate", gate), ("checker", "Checker", checker), ("figures", "Figures", figures),
      ("reported", "Paper", reported), ("environment", "Environment", environment),
      ("glossary", "Glossary", glossary),
    ]
    let shown = parts.filter { !$0.content.text.isEmpty }
    let links = shown.map { "<a href=\"#\($0.id)\">\($0.title)</a>\n" as HTML }
    return """
      \(Self.symbols)\(header)<nav aria-label="Sections">
      \(links)</nav>
      <main>
      \(shown.map(\.content))</main>

      """
  }

  /// A whole page around `body`.
  static func document(title: String, body: HTML) -> HTML {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; img-src data:">
    <title>\(title)</title>
    <style>
    \(HTML.trusted(Style.sheet))</style>
    <noscript><style>.detail[hidden] { display: table-row !important; }</style></noscript>
    </head>
    <body>
    \(body)<script>
    \(HTML.trusted(Script.source))</script>
    </body>
    </html>

    """
  }

  /// The backends' marks, to be used by number.
  static let symbols: HTML = """
    <svg width="0" height="0" class="defs" aria-hidden="true"><defs>\
    <rect id="m0" x="-3.5" y="-3.5" width="7" height="7"/><circle id="m1" r="4.2"/>\
    <path id="m2" d="M0-5.2 5.2 0 0 5.2-5.2 0z"/><path id="m3" d="M0-5 4.8 4h-9.6z"/></defs></svg>

    """

  /// A backend's place in the colours and marks.
  func index(of backend: String) -> Int { model.backends.firstIndex(of: backend) ?? 0 }

  /// The mark that stands for a backend in plots: square, disc, diamond or triangle.
  func marker(_ backend: String) -> HTML {
    """
    <svg class="mk b\(index(of: backend) % 4)" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">\
    <use href="#m\(index(of: backend) % 4)"/></svg>
    """
  }

  /// A name behind its mark.
  func named(_ backend: String) -> HTML { "<span class=\"nowrap\">\(marker(backend))\(backend)</span>" }

  /// A link to a layer's row, which opens it.
  func link(_ layer: LayerRecord) -> HTML { "<a href=\"#l\(layer.position)\">\(layer.name)</a>" }

  /// A section with a heading.
  func section(_ id: String, _ title: String, _ content: HTML) -> HTML {
    """
    <section id="\(id)" aria-labelledby="\(id)-title">
    <h2 id="\(id)-title">\(title)</h2>
    \(content)</section>

    """
  }

  /// A plain table.
  static func table(_ heads: [String], _ rows: [[HTML]], caption: String = "") -> HTML {
    let title: HTML = caption.isEmpty ? "" : "<caption>\(caption)</caption>\n"
    let head = heads.map { "<th scope=\"col\">\($0)</th>" as HTML }
    let body = rows.map { row -> HTML in
      let cells = row.dropFirst().map { "<td>\($0)</td>" as HTML }
      return "<tr><th scope=\"row\">\(row.first ?? "")</th>\(cells)</tr>\n"
    }
    return """
      <div class="scroll" tabindex="0" role="group"\(caption.isEmpty ? "" : " aria-label=\"\(caption)\"" as HTML)><table class="plain">
      \(title)<thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody>
      </table></div>

      """
  }
}

extension Date {
  /// `2026-11-23 03:25 UTC`.
  var reportText: String {
    let text = formatted(Date.ISO8601FormatStyle())
    return text.prefix(16).replacingOccurrences(of: "T", with: " ") + " UTC"
  }
}
