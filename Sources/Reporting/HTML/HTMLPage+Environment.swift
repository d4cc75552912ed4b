import History
import Measurement

extension HTMLPage {
  /// Machine, build, roofs and options.
  var environment: HTML {
    section(
      "environment", "Environment and provenance",
      """
      <dl class="facts-list">
      \(Facts(model).entries.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" as HTML })</dl>

      """)
  }

  /// The paper's figures beside ours.
  var reported: HTML {
    let rows = ReportedFigure.all.map { figure -> [HTML] in
      let ours = figure.catalogueName == model.run.header.network ? ourTime : "–"
      return ["\(figure.network)", "\(figure.accuracy)", "\(figure.time)", ours]
    }
    return section(
      "reported", "What the paper reports",
      """
      <p class="hint">Figures reported by Nie et al., ICCV 2019, on \(ReportedFigure.device). They were not measured \
      here. Beside them stand the times of this run, on the processor below: other hardware, so no comparison.</p>
      \(Self.table(
        ["network", "reported accuracy", "reported time", "measured here"], rows,
        caption: "The paper's figures, as reported, beside this run's times"))
      """)
  }

  private var ourTime: HTML {
    let times = model.backends.compactMap { backend in
      model.networkTime(of: backend).map { "\(named(backend)) \(Units.duration($0)) " as HTML }
    }
    return times.isEmpty ? "–" : "\(times)"
  }

  /// What the numbers mean.
  var glossary: HTML {
    section(
      "glossary", "What the numbers mean",
      """
      <dl class="glossary">
      \(Glossary.entries.map { "<div><dt>\($0.term)</dt><dd>\($0.meaning)</dd></div>\n" as HTML })</dl>

      """)
  }
}
