import Foundation
import Synchronization

/// Whether the user has asked to stop. A global, because a signal handler can reach nothing else.
private let interruptionRequested = Atomic<Bool>(false)

/// Ctrl-C: the first one asks the work to stop at the next clean place, a second one ends the program at once.
enum Interruption {
  /// Whether the user wants to stop.
  static var isRequested: Bool { interruptionRequested.load(ordering: .relaxed) }

  /// Starts to listen.
  static func listen() {
    // The first use of a global initialises it, which a signal handler must not have to do.
    interruptionRequested.store(false, ordering: .relaxed)
    signal(SIGINT) { _ in
      interruptionRequested.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }
}
