// The WAL.
extension Writer {
  /// Readers keep the WAL from beginning anew: it grows while one of them lasts. Once it is long,
  /// the writer lets new readers start on the file alone and waits for the old ones, a moment
  /// at a time.
  func checkpoint(_ connection: Connection) {
    held.idleTries = 0
    let frames = connection.walFrames
    guard held.connection != nil, frames >= limits.checkpointFrames, !connection.hasMoved,
      connection.companions() != .replaced
    else { return }
    let now = monotonicNanoseconds()
    if frames >= limits.restartFrames, now &- held.lastRestart > 1_000_000_000 {
      held.lastRestart = now
      connection.patience = 100_000_000
      attempt { _ = try connection.checkpoint(.restart) }
    } else if frames >= held.nextCheckpoint {
      held.nextCheckpoint = frames + limits.checkpointFrames
      attempt {
        if try connection.checkpoint(.passive) { held.nextCheckpoint = limits.checkpointFrames }
      }
    }
  }

  /// Nothing was written for a while.
  func emptyWAL() {
    held.idleTries += 1
    guard let connection = held.connection, !connection.hasMoved,
      connection.companions() != .replaced
    else { return }
    connection.patience = 0
    attempt {
      if try connection.checkpoint(.truncate) { held.nextCheckpoint = limits.checkpointFrames }
    }
  }

  /// Before the last connection is closed, which moves the WAL into the file as well.
  func letGo(_ connection: Connection) {
    if connection.companions() == .replaced, !connection.hasMoved {
      // It would mix what it holds with what others have written since: left open to the end.
      _ = Unmanaged.passRetained(connection)
    } else if connection.hasMoved {
      makeWhole(connection)
    }
  }

  /// A checkpoint that fails loses nothing: the WAL still has what it had. It is tried again.
  private func attempt(_ checkpoint: () throws -> Void) {
    do { try checkpoint() } catch { observe(.checkpointFailed(error)) }
  }

  /// What only the writer's thread touches.
  final class Held: @unchecked Sendable {
    var connection: Connection?
    /// Frames at which the next passive checkpoint is worth while.
    var nextCheckpoint = 0
    var lastRestart: UInt64 = 0
    /// Attempts to empty the WAL since the last write.
    var idleTries = 0

    init(_ connection: Connection?) { self.connection = connection }

    /// Milliseconds to wait for work before the WAL is emptied; nil when it is empty.
    func pause(_ idle: Int) -> Int? {
      guard let connection, connection.walFrames > 0 else { return nil }
      // Less and less often while a reader stays.
      return min(idle << min(idleTries, 6), 60_000)
    }
  }
}
