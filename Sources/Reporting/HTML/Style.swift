/// The page's style sheet. Colours of kinds and statuses are Okabe and Ito's, which colour-blind readers can tell apart;
/// nothing is said by colour alone.
enum Style {
  static let sheet =
    colours + text + sections + tables + layerTable + details + plots + figures + narrow + phone + print

  private static let colours = """
    :root {
      --page: #ffffff; --panel: #f6f7f9; --ink: #16191d; --soft: #59616c; --line: #dfe3e8; --hair: #edf0f3;
      --blue: #0a6aa6; --green: #007a58; --amber: #8f5a00; --red: #b3400a; --purple: #9b4a7b; --grey: #5d6570;
      --conv: #2f7fb8; --deform: #e0a021; --pool: #1c9f7b; --elem: #8f8ac4; --boxes: #cc79a7; --mixed: #a9b0ba;
      --b0: #59616c; --b1: #c4500f; --b2: #0a6aa6; --b3: #007a58;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --page: #14171b; --panel: #1c2026; --ink: #e7eaee; --soft: #a3adba; --line: #333a43; --hair: #252b32;
        --blue: #6cbcf0; --green: #4cc9a0; --amber: #f0b64a; --red: #ff9361; --purple: #e69cc7; --grey: #a3acb8;
        --conv: #4a9bd6; --deform: #e6ab37; --pool: #2fb28d; --elem: #9d98d4; --boxes: #d68bb4; --mixed: #6b7480;
        --b0: #b3bcc8; --b1: #ff9361; --b2: #6cbcf0; --b3: #4cc9a0;
      }
    }

    """

  private static let text = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-padding-top: 52px; }
    body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto,
      "Helvetica Neue", "DejaVu Sans", sans-serif; }
    main, body > header { max-width: 1440px; margin: 0 auto; padding: 0 24px; }
    main { padding-bottom: 64px; } body > header { padding-top: 28px; }
    h1 { font-size: 27px; line-height: 1.25; font-weight: 650; letter-spacing: -.012em; margin: 4px 0 10px;
      max-width: 46em; }
    h2 { font-size: 20px; font-weight: 650; margin: 44px 0 10px; }
    h3 { font-size: 15px; font-weight: 650; margin: 24px 0 8px; }
    small { font-size: 12px; color: var(--soft); font-weight: 400; }
    a { color: var(--blue); text-underline-offset: 2px; }
    code { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
    .eyebrow { margin: 0; color: var(--soft); font-size: 13px; }
    .facts { margin: 0; color: var(--soft); font-size: 14px; }
    .facts span { display: inline-block; max-width: 100%; } .facts span:not(:last-child)::after { content: "·"; margin: 0 .55em; }
    .hint { color: var(--soft); font-size: 13.5px; margin: 0 0 12px; max-width: 66em; }
    .hint .nowrap { margin-right: 6px; color: var(--ink); } .note { color: var(--soft); font-size: 12px; margin: 0 0 8px; }
    .num { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
    .dim { color: var(--soft); } .nowrap { white-space: nowrap; } .defs { position: absolute; }
    :focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; border-radius: 3px; }

    """

  private static let sections = """
    header .verdict { border-left: 5px solid var(--green); padding: 2px 0 2px 18px; }
    header .bad { border-color: var(--red); } header .partial { border-color: var(--amber); }
    .good .mark { color: var(--green); } .bad .mark { color: var(--red); } .partial .mark { color: var(--amber); }
    .notice { margin: 12px 0 0; padding: 8px 12px; background: var(--panel); border: 1px solid var(--amber);
      border-radius: 6px; max-width: 62em; }
    nav { position: sticky; top: 0; z-index: 2; background: var(--page); border-bottom: 1px solid var(--line);
      margin-top: 22px; padding: 0 max(24px, calc((100% - 1392px) / 2)); display: flex; gap: 4px 20px; overflow-x: auto;
      font-size: 13.5px; }
    nav a { padding: 9px 0; text-decoration: none; white-space: nowrap; color: var(--soft); }
    nav a:hover { color: var(--ink); }
    .failures { margin: 0 0 12px; padding: 0; list-style: none; }
    .failures li { padding: 10px 14px; border: 1px solid var(--line); border-left: 4px solid var(--red);
      border-radius: 6px; margin-bottom: 8px; overflow-wrap: anywhere; }
    .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 14px; }
    .card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
    .card h3 { margin: 0; } .big { font-size: 30px; font-weight: 650; margin: 2px 0 0; letter-spacing: -.015em; }
    .big small { font-size: 14px; letter-spacing: 0; } .under { margin: 0 0 10px; color: var(--soft); }
    .under b { color: var(--ink); }
    .card dl, .small { margin: 0 0 10px; font-size: 13.5px; }
    .card dl div, .small div { display: flex; justify-content: space-between; gap: 12px; padding: 3px 0;
      border-top: 1px solid var(--line); }
    .card dt, .small dt { color: var(--soft); } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .card dd, .small dd { text-align: right; } .chips { margin: 0; }
    .chip { display: inline-block; font-size: 12px; line-height: 1.5; padding: 0 7px; border-radius: 9px;
      border: 1px solid currentColor; white-space: nowrap; }
    .s-exact { color: var(--blue); } .s-passed { color: var(--green); } .s-marginal { color: var(--amber); }
    .s-failed { color: var(--red); font-weight: 700; border-width: 2px; } .s-mistrusted { color: var(--purple); }
    .s-unimplemented, .s-refused { color: var(--grey); border-style: dashed; }
    .facts-list, .glossary { margin: 0; font-size: 14px; }
    .facts-list div { display: grid; grid-template-columns: 13em 1fr; gap: 12px; padding: 4px 0;
      border-top: 1px solid var(--hair); }
    .facts-list dt { color: var(--soft); overflow-wrap: anywhere; }
    .glossary { columns: 2; column-gap: 40px; }
    .glossary div { break-inside: avoid; margin-bottom: 12px; } .glossary dt { font-weight: 650; }
    .glossary dd { color: var(--soft); }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 8px 36px;
      align-items: start; }
    .pair > * { min-width: 0; } @media (min-width: 900px) { .pair.uneven { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } } .pair > div > h3:first-child { margin-top: 4px; }

    """

  private static let tables = """
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 13.5px; }
    caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    th { font-weight: 600; text-align: left; }
    thead th { font-size: 12px; color: var(--soft); vertical-align: bottom; padding: 4px 8px; white-space: nowrap;
      border-bottom: 1px solid var(--line); }
    tbody th, td { padding: 4px 8px; border-top: 1px solid var(--hair); vertical-align: middle; }
    th button { all: unset; cursor: pointer; }
    th button:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; border-radius: 3px; }
    th[aria-sort=descending] > button::after { content: " ↓"; } th[aria-sort=ascending] > button::after { content: " ↑"; }
    .plain td { font-variant-numeric: tabular-nums; white-space: nowrap; }
    .plain :is(th, td):first-child { padding-left: 0; } .plain tbody th { font-weight: 500; white-space: nowrap; }
    .plain .words { display: inline-block; white-space: normal; min-width: 15em; max-width: 34em; }

    """

  private static let layerTable = """
    .filter { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; margin: 0 0 10px; font-size: 13.5px; }
    .filter[hidden] { display: none; }
    .filter :is(input, select, button) { font: inherit; color: var(--ink); background: var(--page);
      border: 1px solid var(--grey); border-radius: 6px; padding: 4px 8px; max-width: 100%; }
    .filter button { cursor: pointer; background: var(--panel); } .filter input { width: 15em; }
    .filter output { color: var(--soft); }
    .layers { width: 100%; } .layers thead .num { text-align: right; }
    .layers tr.row > th { min-width: 218px; max-width: 300px; line-height: 1.3; }
    .layers tr.row > th small, .time small { display: block; line-height: 1.25; font-size: 11.5px; }
    .layers tr.row:hover { background: var(--panel); } tr.row { scroll-margin-top: 52px; }
    tr.row[hidden] { display: none; }
    .open { font-weight: 600; overflow-wrap: anywhere; }
    .open::before { content: ""; display: inline-block; width: 0; height: 0; margin: 0 7px 1px 1px;
      border: 4px solid transparent; border-left: 6px solid var(--soft); border-right: 0; }
    .open[aria-expanded=true]::before { border: 4px solid transparent; border-top: 6px solid var(--soft); border-bottom: 0;
      margin: 0 5px 2px 0; }
    .layers tr.row > th small { padding-left: 14px; }
    tr.bad > :first-child { box-shadow: inset 3px 0 var(--red); }
    .layers .status { white-space: nowrap; } .who { display: block; margin: 1px 0; font-size: 12px; }
    .bar { width: 40px; height: 8px; background: var(--line); border-radius: 4px; margin-right: 6px; }
    .bar rect { fill: var(--conv); }
    .roof span { display: inline-block; min-width: 3em; } .ratios span { display: inline-block; min-width: 3.2em; }
    .trend span { display: inline-block; min-width: 4em; } .ulp span { display: inline-block; min-width: 8.8em; }
    .ratio { width: 84px; height: 16px; vertical-align: middle; margin-right: 6px; overflow: visible; }
    .ratio .axis { stroke: var(--line); } .ratio .one { stroke: var(--red); stroke-dasharray: 3 2; }
    .tiny { width: 54px; height: 15px; vertical-align: -3px; margin-right: 6px; } .tiny path { fill: var(--grey); }
    .spark { width: 64px; height: 18px; vertical-align: -4px; overflow: visible; }
    .spark path { fill: none; stroke: var(--b1); stroke-width: 1.4px; vector-effect: non-scaling-stroke; }

    """

  private static let details = """
    .detail > td { background: var(--panel); padding: 14px; border-top: 0; }
    .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(250px, 100%), 1fr)); gap: 14px;
      margin: 14px 0; }
    .panel { background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; min-width: 0; }
    .panel h3 { font-size: 13px; margin: 0 0 6px; } .panel table { font-size: 12.5px; } .panel p { margin: 0 0 6px; }
    .small { font-size: 12.5px; margin: 0; } .small div:first-child { border: 0; }
    .repro { display: block; padding: 3px 0; }
    .spread { margin-bottom: 10px; } .spread p, .dots p { margin: 0 0 2px; font-size: 12.5px; }
    .sides { display: flex; gap: 14px; align-items: flex-start; }
    .hist { flex: 1; min-width: 120px; } .hist svg { width: 100%; height: 64px; display: block;
      border-bottom: 1px solid var(--grey); }
    .hist p { position: relative; height: 16px; font-size: 11px; color: var(--soft); }
    .hist span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
    .heat { width: 84px; height: 84px; image-rendering: pixelated; border-radius: 3px; object-fit: fill; }
    .scale { display: flex; flex-wrap: wrap; gap: 2px 6px; align-items: center; font-size: 11px; color: var(--soft); }
    .scale i { height: 9px; flex: 1; min-width: 60px; border-radius: 2px; } .scale .past { background: #d55e00; }
    .scale .none { background: #c8c8c8; } .scale .key { display: inline-flex; gap: 6px; align-items: center; }
    .scale .key i { flex: 0 0 14px; min-width: 14px; }
    .dots { margin-bottom: 10px; } .dots > svg { width: 100%; height: 46px; display: block; background: var(--panel);
      border-radius: 4px; }
    .dots .band { fill: currentColor; opacity: .18; } .dots.b0 { color: var(--b0); } .dots.b1 { color: var(--b1); }
    .dots.b2 { color: var(--b2); } .dots.b3 { color: var(--b3); } .dots p { color: var(--ink); }
    .dot { stroke: currentColor; stroke-width: 4.5px; stroke-linecap: round; vector-effect: non-scaling-stroke; }
    .median { stroke: currentColor; stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
    .dots .ends { display: flex; justify-content: space-between; font-size: 11px; color: var(--soft); }
    summary { cursor: pointer; font-weight: 600; padding: 8px 0; }
    .steps { margin: 6px 0 0; padding-left: 18px; font-size: 12.5px; }

    """

  private static let plots = """
    .mk { vertical-align: -2px; margin-right: 4px; }
    .b0 { fill: var(--b0); } .b1 { fill: var(--b1); } .b2 { fill: var(--b2); } .b3 { fill: var(--b3); }
    .g-convolution { fill: var(--conv); } .swatch.g-convolution { background: var(--conv); }
    .g-deformable { fill: var(--deform); } .swatch.g-deformable { background: var(--deform); }
    .g-pooling { fill: var(--pool); } .swatch.g-pooling { background: var(--pool); }
    .g-elementwise { fill: var(--elem); } .swatch.g-elementwise { background: var(--elem); }
    .g-boxes { fill: var(--boxes); } .swatch.g-boxes { background: var(--boxes); } .g-mixed { fill: var(--mixed); }
    .swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 7px; }
    .strips { margin-bottom: 18px; }
    .strips div { display: grid; grid-template-columns: 7.5em 1fr 5em; gap: 10px; align-items: center; padding: 3px 0; }
    .strip { width: 100%; height: 26px; border-radius: 4px; display: block; }
    .strip .apart { stroke: var(--page); stroke-width: .7px; }
    .waterfall { list-style: none; margin: 0; padding: 0; font-size: 13.5px; }
    .waterfall li { display: grid; grid-template-columns: 11em 1fr 5em 4em; gap: 10px; align-items: center;
      line-height: 20px; border-top: 1px solid var(--hair); break-inside: avoid; }
    .waterfall .name { overflow-wrap: anywhere; } .merged .name { color: var(--soft); }
    .track { width: 100%; height: 12px; display: block; }
    .plot { padding: 0 8px 0 62px; } .plot p.at { margin: 0 0 4px -54px; font-size: 11.5px; color: var(--soft); }
    .plot p.below { margin: 22px 0 0; text-align: center; }
    .frame { position: relative; height: 320px; border: 1px solid var(--line); border-radius: 4px; }
    .panel .frame { height: 150px; } .low .frame { height: 110px; } .panel .plot { padding-left: 54px; }
    .panel .plot p.at { margin-left: -46px; } .panel .plot p.below { margin-left: 0; }
    .frame > svg { position: absolute; width: 100%; height: 100%; overflow: visible; }
    .frame use { fill-opacity: .8; stroke: var(--page); stroke-width: .6px; } .grid line { stroke: var(--hair); }
    .frame span { position: absolute; font-size: 11px; color: var(--soft); white-space: nowrap; line-height: 1; }
    .ty { right: calc(100% + 7px); transform: translateY(-50%); } .tx { top: calc(100% + 6px); transform: translateX(-50%); }
    .tx.last { transform: translateX(-100%); } .tx.first { transform: none; }
    .word { padding: 0 6px; text-shadow: 0 0 3px var(--page), 0 0 3px var(--page), 0 0 3px var(--page); transform: translateY(25%); } .frame .word:last-child { transform: translateY(-130%); }
    .roof { stroke: var(--soft); stroke-width: 1.5px; } .bound { stroke: var(--red); stroke-dasharray: 5 4; }
    .frontier { stroke: var(--soft); stroke-dasharray: 2 3; } .step { stroke: var(--purple); stroke-dasharray: 3 3; }
    .stretch path { fill: none; vector-effect: non-scaling-stroke; stroke-width: 1.5px; }
    .own { stroke: var(--ink); } .live { stroke: var(--b2); } path.past.b0 { stroke: var(--b0); }
    path.past.b1 { stroke: var(--b1); } path.past.b2 { stroke: var(--b2); } path.past.b3 { stroke: var(--b3); }

    """

  private static let figures = """
    figure { margin: 0; min-width: 0; } figcaption { font-size: 13.5px; line-height: 1.4; }
    .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 18px;
      margin-bottom: 18px; max-width: 980px; }
    .pictures figure > svg { width: 100%; height: auto; display: block; border-radius: 6px; overflow: hidden; }
    .maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(165px, 1fr)); gap: 18px; }
    .map { width: 100%; height: auto; aspect-ratio: 1; image-rendering: pixelated; border-radius: 6px; display: block; }
    .maps .scale { margin: 6px 0 2px; } .maps .signed { justify-content: space-between; }
    .signed i { flex: 0 0 100%; } .box { fill: none; stroke-width: 2; }
    .spoke { fill: none !important; stroke-width: 1; stroke-opacity: .75; }
    .tag { font-size: 9px; fill: #fff; stroke: #000; stroke-width: 2.5px; paint-order: stroke; } .tag.end { text-anchor: end; }
    .tap { stroke: #fff; stroke-width: 1; } .centre { fill: none; stroke-width: 2.5; }
    .s0 { fill: #e69f00; stroke: #fff; } .swatch.s0 { background: #e69f00; } .s1 { fill: #56b4e9; stroke: #fff; } .swatch.s1 { background: #56b4e9; }
    .s2 { fill: #009e73; stroke: #fff; } .swatch.s2 { background: #009e73; } .s3 { fill: #cc79a7; stroke: #fff; } .swatch.s3 { background: #cc79a7; }
    path.s0 { stroke: #e69f00; } path.s1 { stroke: #56b4e9; } path.s2 { stroke: #009e73; } path.s3 { stroke: #cc79a7; }

    """

  /// Rows as cards, and the headings as a line of buttons to sort by.
  private static let narrow = """
    @media screen and (max-width: 1300px) {
      .layers, .layers > :is(thead, tbody) { display: block; }
      .layers > thead > tr { display: flex; flex-wrap: wrap; gap: 6px; padding-bottom: 10px; }
      .layers > thead > tr::before { content: "Sort by"; font-size: 12px; color: var(--soft); padding: 4px 2px; }
      .layers > thead th { border: 1px solid var(--line); border-radius: 6px; padding: 3px 8px; }
      .layers tr.row:not([hidden]) { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr));
        gap: 6px 12px; padding: 10px 0; border-top: 1px solid var(--line); }
      .layers tr.row > th { grid-column: 1 / -1; padding: 0; border: 0; max-width: none; }
      .layers tr.row > td { padding: 0; border: 0; min-width: 0; }
      .layers tr.row > td.num { text-align: left; } .layers tr.row > td::before { content: attr(data-l); display: block;
        color: var(--soft); font-size: 11px; line-height: 1.3; }
      .layers tr.bad { padding-left: 10px !important; box-shadow: inset 3px 0 var(--red); }
      .layers tr.bad > :first-child { box-shadow: none; }
      .layers tr.row > td.ratios, .layers tr.row > td.ulp, .layers tr.row > td.trend { grid-column: span 2; }
      .detail:not([hidden]), .detail > td { display: block; } .detail > td { padding: 8px; }
    }

    """

  private static let phone = """
    @media screen and (max-width: 700px) {
      main, body > header { padding-left: 14px; padding-right: 14px; } nav { padding: 0 14px; }
      h1 { font-size: 21px; } .glossary { columns: 1; } header .verdict { padding-left: 12px; }
      .facts span { display: block; } .facts span::after { content: none !important; }
      .facts-list div { grid-template-columns: 8em 1fr; }
      .strips div { grid-template-columns: 1fr auto; } .strip { grid-column: 1 / -1; grid-row: 2; }
      .waterfall li { grid-template-columns: 8.6em 1fr 4.6em; } .waterfall .dim { display: none; }
      .maps { grid-template-columns: repeat(auto-fill, minmax(130px, 1fr)); } .frame { height: 250px; } .tx.spare { display: none; }
      .panels { grid-template-columns: minmax(0, 1fr); }
    }

    """

  private static let print = """
    @page { size: landscape; margin: 12mm; }
    @media print {
      body { font-size: 11px; } main, body > header { padding: 0; max-width: none; } nav, .filter { display: none !important; }
      h1 { font-size: 20px; } h2 { font-size: 15px; margin-top: 24px; break-after: avoid; } .hint { font-size: 11px; }
      table, thead th, .chip, .who, .card dl, .facts-list, .glossary, .waterfall { font-size: 9px !important; }
      .layers small { font-size: 7.5px !important; } .layers tr.row > th { min-width: 150px; }
      th, td { padding: 2px 4px !important; } .waterfall li { line-height: 14px; } .bar { width: 30px; }
      .scroll { overflow: visible; } tr.row, .card, .panel, .plot, figure, .failures li { break-inside: avoid; }
      .ratio { width: 60px; } .tiny { width: 34px; } .frame { height: 220px; } a { color: inherit; text-decoration: none; }
      .maps { grid-template-columns: repeat(7, 1fr); gap: 10px; } h3 { break-after: avoid; }
      .pictures { grid-template-columns: 270px 270px; } figcaption, figcaption small { font-size: 10px; } .maps :is(.scale, small) { font-size: 8px; }
      svg, .swatch, .scale i, img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }

    """
}
