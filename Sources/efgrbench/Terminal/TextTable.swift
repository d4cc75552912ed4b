import Foundation

/// Rows of text in aligned columns.
struct TextTable {
  enum Alignment {
    case left, right
  }

  private let alignments: [Alignment]
  private var rows: [[String]]

  init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
  }

  /// - Precondition: one cell per column.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == alignments.count)
    rows.append(cells)
  }

  /// The table, a line per row, with the title row first.
  var text: String {
    let widths = alignments.indices.map { column in
      rows.map { Style.visibleCount($0[column]) }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - Style.visibleCount(cell))
        return alignments[column] == .left ? cell + space : space + cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

/// Colours on a terminal that wants them.
enum Style {
  static let isColoured =
    isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  static func green(_ text: String) -> String { paint(text, 32) }
  static func yellow(_ text: String) -> String { paint(text, 33) }
  static func red(_ text: String) -> String { paint(text, 31) }

  private static func paint(_ text: String, _ code: Int) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// The characters that take room on the terminal.
  static func visibleCount(_ text: String) -> Int {
    // A table has thousands of cells, and few have colours to look for.
    guard text.utf8.contains(0x1B) else { return text.count }
    return text.replacing(/\u{1B}\[[0-9]+m/, with: "").count
  }
}
