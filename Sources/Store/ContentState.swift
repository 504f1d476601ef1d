import SQLite
import Synchronization

/// Which state the content is in: two equal ones have nothing between them that a page could show.
/// The database draws the numbers (triggers in `migrations/`), whoever writes.
package struct ContentState: Sendable, Hashable {
  /// Guides and issues.
  package let knowledge: Int
  /// What reports say about issues: outcomes of fixes, and learned words.
  package let evidence: Int

  /// What a page is made of.
  package enum Part: Sendable, CaseIterable {
    /// Guides and issues alone.
    case knowledge
    /// These and what reports say about them.
    case everything
  }

  /// Whether a page made of `part` would still be the same.
  package func equals(_ other: ContentState, in part: Part) -> Bool {
    knowledge == other.knowledge && (part == .knowledge || evidence == other.evidence)
  }
}

extension Reading {
  /// The state of the content in this snapshot; nil when the condition does not hold.
  func contentState(if condition: SQL = "1") throws -> ContentState? {
    try connection.first(
      "SELECT knowledge, evidence FROM content_state WHERE id = 1 AND \(condition)"
    ) {
      ContentState(knowledge: $0.int(0), evidence: $0.int(1))
    }
  }
}

/// Tells the state of the content: from memory while nothing was committed, else by one read.
package final class ContentWatch: Sendable {
  private let changes: ChangeWatch
  private let known = Mutex<(stamp: ChangeWatch.Stamp, state: ContentState)?>(nil)

  init?(path: String) {
    guard let changes = ChangeWatch(path: path) else { return nil }
    self.changes = changes
  }

  /// The state now; nil when it can't be told, and then nothing may be kept.
  package var state: ContentState? {
    // Before the read: what is committed meanwhile shows in the next stamp.
    guard let stamp = changes.stamp else { return nil }
    if let state = known.withLock({ $0?.stamp == stamp ? $0?.state : nil }) { return state }
    let row = try? changes.read { connection in
      try Reading(connection: connection, viewer: .system).contentState()
    }
    guard let state = row ?? nil else { return nil }
    known.withLock { $0 = (stamp, state) }
    return state
  }

  func close() { changes.close() }
}
