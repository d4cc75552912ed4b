import Foundation
import History

/// The report as one page that needs nothing else: no request, no script to be read. Equal records give equal bytes.
struct HTMLPage {
  let model: RunModel
  let verdict: Verdict

  init(_ run: RunRecord) {
    model = RunModel(run)
    verdict = Verdict(model)
  }

  var text: String { page.text }

  private var page: HTML {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; img-src data:">
    <title>\(model.run.header.network) · efgrbench</title>
    <style>
    \(HTML.trusted(Style.sheet))</style>
    </head>
    <body>
    <main>
    \(header)\(failures)\(totals)\(timeline)\(layerTable)\(everyNumber)\(environment)\(reported)\(glossary)</main>
    <script>
    \(HTML.trusted(Script.source))</script>
    </body>
    </html>

    """
  }

  /// A backend's place in the colours and marks.
  func index(of backend: String) -> Int { model.backends.firstIndex(of: backend) ?? 0 }
}

extension Date {
  /// `2026-11-23 03:25 UTC`.
  var reportText: String {
    let text = formatted(Date.ISO8601FormatStyle())
    return text.prefix(16).replacingOccurrences(of: "T", with: " ") + " UTC"
  }
}
