import Foundation
import Synchronization

/// Ctrl-C: the first one asks the work to stop at the next clean place, a second one ends the program at once.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Whether the user wants to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Starts to listen.
  static func listen() {
    signal(SIGINT) { _ in
      requested.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }
}
