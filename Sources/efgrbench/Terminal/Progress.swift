import Foundation

/// A line on stderr that says what is being done and how long it will still take; nothing where stderr is no terminal.
struct Progress {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = Date()

  /// Replaces the line. `done` of `total` steps are finished.
  ///
  /// - Parameter share: the part of the expected work that is done, where steps differ; nil for `done` of `total`.
  func show(_ text: String, done: Int, total: Int, share: Double? = nil) {
    guard isShown else { return }
    let line = Self.line(
      text, done: done, total: total, share: share, elapsed: Date().timeIntervalSince(start),
      width: Terminal.width(of: STDERR_FILENO) ?? 80)
    write("\r\u{1B}[K\(line)")
  }

  /// Removes the line.
  func clear() {
    if isShown { write("\r\u{1B}[K") }
  }

  /// The line: a bar, steps, time so far, time left as far as it can be told, and what is being done, cut to `width`.
  static func line(
    _ text: String, done: Int, total: Int, share: Double?, elapsed: Double, width: Int
  ) -> String {
    let part = min(max(share ?? (total > 0 ? Double(done) / Double(total) : 0), 0), 1)
    let filled = Int(part * 20)
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: 20 - filled)
    let steps = total > 0 ? "\(done)/\(total)  " : ""
    let line = "\(bar) \(steps)\(time(elapsed))\(left(part, elapsed))  \(text)"
    // A line that wraps could not be removed.
    return String(line.prefix(max(width - 1, 0)))
  }

  /// `, about 2 min left`; nothing before 3 % of the work and two seconds have shown how fast it goes.
  private static func left(_ part: Double, _ elapsed: Double) -> String {
    guard part >= 0.03, part < 1, elapsed >= 2 else { return "" }
    return ", about \(time(elapsed / part - elapsed)) left"
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 100 ? "\(Int(seconds.rounded())) s" : "\(Int((seconds / 60).rounded())) min"
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// The terminal that text goes to.
enum Terminal {
  /// Its columns; nil where the descriptor is no terminal or does not say.
  static func width(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
