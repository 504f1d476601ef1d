import Synchronization

/// Reading connections, opened as needed and kept.
package final class ReaderPool: Sendable {
  private let idle = Mutex<[Connection]>([])
  private let open: @Sendable () throws -> Connection
  private let kept: Int

  /// Keeps at most `kept` idle connections open.
  package init(kept: Int = 8, open: @escaping @Sendable () throws -> Connection) {
    self.kept = kept
    self.open = open
  }

  /// Lends a connection to `body`. Everything read inside one `snapshot` is of one moment.
  package func read<T>(_ body: (Connection) throws -> T) throws -> T {
    let connection = try idle.withLock { $0.popLast() } ?? open()
    defer { idle.withLock { if $0.count < kept { $0.append(connection) } } }
    return try body(connection)
  }

  /// Like `read`, inside one read transaction.
  package func snapshot<T>(_ body: (Connection) throws -> T) throws -> T {
    try read { connection in
      try connection.execute("BEGIN")
      defer { try? connection.execute("COMMIT") }
      return try body(connection)
    }
  }

  /// Closes the idle connections.
  package func close() { idle.withLock { $0.removeAll() } }
}
