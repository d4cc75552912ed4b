import History
import Measurement

extension HTMLPage {
  /// Machine, build, roofs and options.
  var environment: HTML {
    """
    <section id="environment">
    <h2>Environment</h2>
    <dl class="facts-list">
    \(Facts(model.run).entries.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" as HTML })</dl>
    </section>

    """
  }

  /// The paper's figures beside ours.
  var reported: HTML {
    let rows = ReportedFigure.all.map { figure -> HTML in
      "<tr><th scope=\"row\">\(figure.network)</th><td>\(figure.accuracy)</td><td>\(figure.time)</td></tr>\n"
    }
    return """
      <section id="reported">
      <h2>What the paper reports</h2>
      <p class="hint">Figures reported by Nie et al., ICCV 2019, on \(ReportedFigure.device). They were not measured \
      here, and another machine's times can't be compared with those above.</p>
      <div class="scroll"><table class="groups">
      <thead><tr><th scope="col">network</th><th scope="col">reported accuracy</th><th scope="col">reported time</th>\
      </tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>
      </section>

      """
  }

  /// What the numbers mean.
  var glossary: HTML {
    """
    <section id="glossary">
    <h2>What the numbers mean</h2>
    <dl class="glossary">
    \(Glossary.entries.map { "<div><dt>\($0.term)</dt><dd>\($0.meaning)</dd></div>\n" as HTML })</dl>
    </section>

    """
  }
}
