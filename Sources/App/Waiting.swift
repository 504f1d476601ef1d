import HTTP
import Threads

/// Waits for a response that comes from another thread.
final class Waiting: Sendable {
  private let response = Monitor<Response?>(nil)

  func finish(_ response: Response) { self.response.change { $0 = response } }
  func wait() -> Response { response.wait { $0 } }
}
