import HTTP
import Threads

/// Waits for an answer that comes from another thread.
final class Waiting: Sendable {
  private let answer = Monitor<(@Sendable () -> Answer)?>(nil)

  func finish(_ answer: @escaping @Sendable () -> Answer) { self.answer.change { $0 = answer } }
  func wait() -> Answer { answer.wait { $0 }() }
}
