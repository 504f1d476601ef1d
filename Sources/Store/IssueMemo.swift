import Synchronization
import Threads

/// Issues as they were read, for the next page that shows one: each takes seven statements.
///
/// An issue counts for the state of the content that it was read in, which is read in the same
/// snapshot: so it can't be out of date. Whether the viewer may see it is not kept.
final class IssueMemo: Sendable {
  struct Key: Hashable, Sendable {
    let id: Int
    let state: ContentState
  }

  private let kept = Mutex(Recent<Key, Issue>(limit: 4 * 1_024 * 1_024))

  func issue(for key: Key) -> Issue? { kept.withLock { $0.value(for: key) } }

  func keep(_ issue: Issue, for key: Key) {
    // Its parts are in the Markdown once and beside it once more.
    let size = 3 * issue.markdown.utf8.count + 2_048
    kept.withLock { $0.insert(issue, for: key, size: size) }
  }
}
