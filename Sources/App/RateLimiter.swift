import SQLite
import Synchronization

/// Counts events in fixed windows by key, on a clock that no jump moves. Bounded: when too many keys are about, old windows go first.
final class RateLimiter: Sendable {
  private struct Window {
    var start: Int
    var count: Int
  }

  private let windows = Mutex<[String: Window]>([:])

  /// Counts one event; false when there were `count` in this window already.
  func allows(
    _ key: String, count: Int, seconds: Int, now: UInt64 = monotonicNanoseconds()
  ) -> Bool {
    windows.withLock { windows in
      let start = Int(now / 1_000_000_000) / seconds * seconds
      if windows.count > 20_000 {
        windows = windows.filter { $0.value.start >= start - 600 }
        if windows.count > 20_000 { windows.removeAll() }
      }
      var window = windows[key] ?? Window(start: start, count: 0)
      if window.start != start { window = Window(start: start, count: 0) }
      window.count += 1
      windows[key] = window
      return window.count <= count
    }
  }
}
