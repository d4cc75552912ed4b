/// The page's style sheet. Colours of kinds and statuses are Okabe and Ito's, which colour-blind readers can tell apart;
/// nothing is said by colour alone.
enum Style {
  static let sheet = colours + text + sections + tables + plots + phone + print

  private static let colours = """
    :root {
      --page: #ffffff; --panel: #f6f7f9; --ink: #16191d; --soft: #59616c; --line: #dfe3e8; --hair: #edf0f3;
      --blue: #0a6aa6; --green: #007a58; --amber: #8f5a00; --red: #b3400a; --purple: #9b4a7b; --grey: #646c77;
      --conv: #2f7fb8; --deform: #e0a021; --pool: #1c9f7b; --elem: #8f8ac4; --boxes: #cc79a7; --mixed: #a9b0ba;
      --b0: #59616c; --b1: #c4500f; --b2: #0a6aa6; --b3: #007a58;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --page: #14171b; --panel: #1c2026; --ink: #e7eaee; --soft: #9ca6b3; --line: #333a43; --hair: #252b32;
        --blue: #6cbcf0; --green: #4cc9a0; --amber: #f0b64a; --red: #ff9361; --purple: #e69cc7; --grey: #a3acb8;
        --conv: #4a9bd6; --deform: #e6ab37; --pool: #2fb28d; --elem: #9d98d4; --boxes: #d68bb4; --mixed: #6b7480;
        --b0: #b3bcc8; --b1: #ff9361; --b2: #6cbcf0; --b3: #4cc9a0;
      }
    }

    """

  private static let text = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto,
      "Helvetica Neue", "DejaVu Sans", sans-serif; }
    main { max-width: 1440px; margin: 0 auto; padding: 32px 24px 64px; }
    h1 { font-size: 27px; line-height: 1.25; font-weight: 650; letter-spacing: -.012em; margin: 4px 0 10px;
      max-width: 40em; text-wrap: balance; }
    h2 { font-size: 19px; font-weight: 650; margin: 44px 0 10px; }
    h3 { font-size: 15px; font-weight: 650; margin: 24px 0 8px; }
    small { font-size: 12px; color: var(--soft); font-weight: 400; }
    code { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
    .eyebrow { margin: 0; color: var(--soft); font-size: 13px; }
    .facts { margin: 0; color: var(--soft); font-size: 14px; }
    .facts span:not(:last-child)::after { content: "·"; margin: 0 .55em; }
    .hint { color: var(--soft); font-size: 13.5px; margin: 0 0 12px; max-width: 62em; }
    .hint span { white-space: nowrap; margin-right: 8px; color: var(--ink); }
    .num { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
    .dim { color: var(--soft); }

    """

  private static let sections = """
    header { border-left: 5px solid var(--green); padding: 2px 0 2px 18px; }
    header.bad { border-color: var(--red); } header.partial { border-color: var(--amber); }
    .good .mark { color: var(--green); } .bad .mark { color: var(--red); } .partial .mark { color: var(--amber); }
    .notice { margin: 12px 0 0; padding: 8px 12px; background: var(--panel); border: 1px solid var(--amber);
      border-radius: 6px; max-width: 62em; }
    .failures { margin: 0; padding: 0; list-style: none; }
    .failures li { padding: 10px 14px; border: 1px solid var(--line); border-left: 4px solid var(--red);
      border-radius: 6px; margin-bottom: 8px; overflow-wrap: anywhere; }
    .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 14px; }
    .card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
    .card h3 { margin: 0; } .big { font-size: 30px; font-weight: 650; margin: 2px 0 0; letter-spacing: -.015em; }
    .big small { font-size: 14px; letter-spacing: 0; } .under { margin: 0 0 10px; color: var(--soft); }
    .under b { color: var(--ink); }
    .card dl { margin: 0 0 10px; font-size: 13.5px; }
    .card dl div { display: flex; justify-content: space-between; gap: 12px; padding: 3px 0;
      border-top: 1px solid var(--line); }
    .card dt { color: var(--soft); } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .card dd { text-align: right; } .chips { margin: 0; }
    .chip { display: inline-block; font-size: 12px; line-height: 1.5; padding: 0 7px; border-radius: 9px;
      border: 1px solid currentColor; white-space: nowrap; }
    .s-exact { color: var(--blue); } .s-passed { color: var(--green); } .s-marginal { color: var(--amber); }
    .s-failed { color: var(--red); font-weight: 700; border-width: 2px; } .s-mistrusted { color: var(--purple); }
    .s-unimplemented, .s-refused { color: var(--grey); border-style: dashed; }
    .facts-list, .glossary { margin: 0; font-size: 14px; }
    .facts-list div { display: grid; grid-template-columns: 11em 1fr; gap: 12px; padding: 4px 0;
      border-top: 1px solid var(--hair); }
    .facts-list dt { color: var(--soft); }
    .glossary { columns: 2; column-gap: 40px; }
    .glossary div { break-inside: avoid; margin-bottom: 12px; } .glossary dt { font-weight: 650; }
    .glossary dd { color: var(--soft); }
    details { margin-top: 18px; } summary { cursor: pointer; font-weight: 600; padding: 6px 0; }

    """

  private static let tables = """
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 13.5px; }
    th { font-weight: 600; text-align: left; }
    thead th { font-size: 12px; color: var(--soft); vertical-align: bottom; padding: 4px 8px; white-space: nowrap;
      border-bottom: 1px solid var(--line); }
    .layers { width: 100%; } .layers thead th, .flat thead th { text-align: right; }
    .layers thead tr:last-child th:first-child, .flat thead th:first-child { text-align: left; }
    .over th { font-weight: 400; text-align: center !important; border: 0; }
    .over th:not(:first-child) { border-bottom: 1px solid var(--line); }
    th button { all: unset; cursor: pointer; } th button:focus-visible, summary:focus-visible {
      outline: 2px solid var(--blue); outline-offset: 2px; border-radius: 2px; }
    th[aria-sort=descending] button::after { content: " ↓"; } th[aria-sort=ascending] button::after { content: " ↑"; }
    tbody th, td { padding: 4px 7px; border-top: 1px solid var(--hair); vertical-align: middle; }
    .layers tbody th { min-width: 236px; line-height: 1.3; } .layers tbody th b { font-weight: 600; }
    .layers tbody th small, .time small { display: block; line-height: 1.25; font-size: 11.5px; }
    .layers tbody tr:hover, .flat tbody tr:hover { background: var(--panel); }
    tr.bad > :first-child { box-shadow: inset 3px 0 var(--red); }
    .layers .status { white-space: nowrap; text-align: left; } .who { display: block; margin: 1px 0; font-size: 12px; }
    .groups th, .groups td { padding: 5px 18px 5px 0; } .groups td { font-variant-numeric: tabular-nums; white-space: nowrap; }
    .groups thead th { padding-left: 0; } .groups tbody th { font-weight: 400; }
    .flat { font-size: 12.5px; white-space: nowrap; }

    """

  private static let plots = """
    .mk { vertical-align: -2px; margin-right: 4px; }
    .b0 { fill: var(--b0); } .b1 { fill: var(--b1); } .b2 { fill: var(--b2); } .b3 { fill: var(--b3); }
    .g-convolution { fill: var(--conv); background: var(--conv); }
    .g-deformable { fill: var(--deform); background: var(--deform); }
    .g-pooling { fill: var(--pool); background: var(--pool); }
    .g-elementwise { fill: var(--elem); background: var(--elem); }
    .g-boxes { fill: var(--boxes); background: var(--boxes); } .g-mixed { fill: var(--mixed); }
    .kind { position: relative; padding-left: 20px !important; }
    .swatch { position: absolute; left: 0; top: 10px; width: 11px; height: 11px; border-radius: 3px; }
    .strips { margin-bottom: 18px; }
    .strips div { display: grid; grid-template-columns: 7.5em 1fr 5em; gap: 10px; align-items: center; padding: 3px 0; }
    .strip { width: 100%; height: 26px; border-radius: 4px; display: block; }
    .strip .apart { stroke: var(--page); stroke-width: .7px; }
    .waterfall { list-style: none; margin: 0; padding: 0; font-size: 13.5px; }
    .waterfall li { display: grid; grid-template-columns: 11em 1fr 5em 4em; gap: 10px; align-items: center;
      line-height: 20px; border-top: 1px solid var(--hair); break-inside: avoid; }
    .waterfall .name { overflow-wrap: anywhere; } .merged .name { color: var(--soft); }
    .track { width: 100%; height: 12px; display: block; }
    .bar { width: 44px; height: 8px; background: var(--hair); border-radius: 4px; margin-right: 6px; }
    .bar rect { fill: var(--conv); }
    .roof span, .ratios span { display: inline-block; min-width: 3em; }
    .ratio { width: 84px; height: 16px; vertical-align: middle; margin-right: 6px; overflow: visible; }
    .ratio .axis { stroke: var(--line); } .ratio .one { stroke: var(--red); stroke-dasharray: 3 2; }
    .ratio .mk { fill-opacity: .85; }

    """

  private static let phone = """
    @media (max-width: 700px) {
      main { padding: 18px 14px 40px; } h1 { font-size: 21px; } .glossary { columns: 1; }
      header { padding-left: 12px; }
      .facts span { display: block; } .facts span::after { content: none !important; }
      .facts-list div { grid-template-columns: 8em 1fr; }
      .strips div { grid-template-columns: 1fr auto; } .strip { grid-column: 1 / -1; grid-row: 2; }
      .waterfall li { grid-template-columns: 8.6em 1fr 4.6em; } .waterfall .dim { display: none; }
      .groups th, .groups td { padding-right: 12px; }
      .layers thead { display: none; }
      .layers, .layers tbody { display: block; }
      .layers tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px 12px; padding: 10px 0;
        border-top: 1px solid var(--line); }
      .layers tbody th { grid-column: 1 / -1; padding: 0; border: 0; } .layers td { padding: 0; border: 0; }
      .layers td.num { text-align: left; } .layers td::before { content: attr(data-l); display: block;
        color: var(--soft); font-size: 11px; line-height: 1.3; }
      .layers tr.bad { padding-left: 10px; box-shadow: inset 3px 0 var(--red); }
      .layers tr.bad > :first-child { box-shadow: none; }
      .layers td.ratios { grid-column: span 2; } .layers td:nth-child(2) { order: 1; }
    }

    """

  private static let print = """
    @page { size: landscape; margin: 12mm; }
    @media print {
      body { font-size: 11px; } main { padding: 0; max-width: none; }
      h1 { font-size: 20px; } h2 { font-size: 15px; margin-top: 24px; break-after: avoid; } .hint { font-size: 11px; }
      table, thead th, .chip, .who, .card dl, .facts-list, .glossary, .waterfall { font-size: 9px !important; }
      .layers small, .flat { font-size: 7.5px !important; } .layers tbody th { min-width: 150px; }
      th, td { padding: 2px 4px !important; } .waterfall li { line-height: 14px; } .bar { width: 30px; }
      .scroll { overflow: visible; } tr, .card, .failures li { break-inside: avoid; } .ratio { width: 60px; }
      svg, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }

    """
}
