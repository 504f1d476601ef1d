import SQLite
import Store
import Threads

/// Removes what has run out, once an hour, on a thread of its own that sleeps in between.
final class Upkeep: Sendable {
  private let isStopping = Monitor(false)
  private let thread: Thread

  init(_ store: Store, _ retention: Retention) {
    thread = Thread.start("fixbook-upkeep") { [isStopping] in
      while true {
        do {
          _ = try store.keepUp(retention)
        } catch is WriterStopped {
        } catch {
          // Of a fault of the disk the store tells, once for all that meet it.
          if Fault(error) == nil { Console.error("fixbook: upkeep: \(Main.explanation(error))\n") }
        }
        if isStopping.wait(milliseconds: 3_600_000, { $0 ? true : nil }) == true { return }
      }
    }
  }

  func stop() {
    isStopping.change { $0 = true }
    thread.join()
  }
}
