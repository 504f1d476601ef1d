import Threads

/// A thread that tells what became of a group while the writer goes on with the next.
final class Answering: Sendable {
  private struct State: Sendable {
    var groups: [@Sendable () -> Void] = []
    var stopping = false
    var stopped = false
  }

  private let state = Monitor(State())

  func start() {
    _ = Thread.start("fixbook-answers") { [state] in
      while true {
        let groups = state.wait { state -> [@Sendable () -> Void]? in
          if state.groups.isEmpty { return state.stopping ? [] : nil }
          defer { state.groups = [] }
          return state.groups
        }
        if groups.isEmpty { break }
        for group in groups { group() }
      }
      state.change { $0.stopped = true }
    }
  }

  func give(_ group: @escaping @Sendable () -> Void) {
    state.withLock { $0.groups.append(group) }
    state.wake()
  }

  /// Returns when everything given has been told.
  func stop() {
    state.change { $0.stopping = true }
    state.wait { $0.stopped ? () : nil }
  }
}
