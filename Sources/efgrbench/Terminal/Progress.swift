import Foundation

/// A line on stderr that says what is being done; nothing where stderr is no terminal.
struct Progress {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = Date()

  /// Replaces the line. `done` of `total` steps are finished.
  func show(_ text: String, done: Int, total: Int) {
    guard isShown else { return }
    let elapsed = Date().timeIntervalSince(start)
    let share = total > 0 ? Double(done) / Double(total) : 0
    let filled = Int(share * 20)
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: 20 - filled)
    write("\r\u{1B}[K\(bar) \(done)/\(total)  \(Int(elapsed)) s  \(text)")
  }

  /// Removes the line.
  func clear() {
    if isShown { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
