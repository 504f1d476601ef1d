import Threads

/// Reading connections, opened as needed and kept.
package final class ReaderPool: Sendable {
  private struct State: Sendable {
    var idle: [Connection] = []
    var lent = 0
    var closed = false
  }

  private let state = Monitor(State())
  private let open: @Sendable () throws -> Connection
  private let kept: Int

  /// Keeps at most `kept` idle connections open.
  package init(
    kept: Int = 8, first: Connection? = nil, open: @escaping @Sendable () throws -> Connection
  ) {
    self.kept = kept
    self.open = open
    if let first { state.withLock { $0.idle = [first] } }
  }

  /// Lends a connection to `body`. Everything read inside one `snapshot` is of one moment.
  package func read<T>(_ body: (Connection) throws -> T) throws -> T {
    let connection = try take()
    do {
      let result = try body(connection)
      giveBack(connection)
      return result
    } catch {
      giveBack(connection, doubtful: (error as? DatabaseError)?.isFault == true)
      throw error
    }
  }

  private func take() throws -> Connection {
    let kept = state.withLock { state in
      state.lent += 1
      return state.idle.popLast()
    }
    if let kept { return kept }
    do {
      return try open()
    } catch {
      let moved = error is DatabaseMoved
      // The file is gone from its path: those that have it open share what they have.
      let returned = state.wait(milliseconds: moved ? 2_000 : 0) { state -> Connection?? in
        if let connection = state.idle.popLast() { return connection }
        return state.lent > 1 ? nil : .some(nil)
      }
      if let connection = returned ?? nil { return connection }
      state.change { $0.lent -= 1 }
      throw error
    }
  }

  /// One that met a broken page or a failing disk is opened anew.
  private func giveBack(_ connection: Connection, doubtful: Bool = false) {
    state.withLock { state in
      state.lent -= 1
      let keeps = !doubtful || state.idle.isEmpty && state.lent == 0
      if keeps, state.idle.count < kept, !state.closed { state.idle.append(connection) }
    }
    state.wakeOne()
  }

  /// Like `read`, inside one read transaction.
  package func snapshot<T>(_ body: (Connection) throws -> T) throws -> T {
    try read { connection in
      try connection.execute("BEGIN")
      defer { try? connection.execute("COMMIT") }
      return try body(connection)
    }
  }

  /// Closes the idle connections now, and the others when they come back.
  package func close() {
    let idle = state.withLock { state in
      state.closed = true
      defer { state.idle = [] }
      return state.idle
    }
    withExtendedLifetime(idle) {}
  }
}
