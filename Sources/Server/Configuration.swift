package import HTTP

/// Everything that can be set about a server. The values given are the product's.
package struct Configuration: Sendable {
  /// Event loop threads; one per core when 0.
  package var loops = 0
  /// Most worker threads for `.work`, body sinks and body sources; started on
  /// demand. 0 is max(4, 2 × cores).
  package var workers = 0
  /// Connections served at a time; more get 503. Nil: what the descriptor limit allows.
  package var maximumConnections: Int?
  package var head = HeadLimits()
  package var hosts = HostPolicy([])
  package var deadlines = Deadlines()
  /// Bytes waiting for a body sink above which the server stops reading.
  package var sinkBuffer = 256 * 1024
  /// A streamed body longer than this, or of unknown length, is read by the thread for uploads.
  package var longBody = 64 * 1024
  /// A refused body of a known length up to this is read and thrown away, so
  /// that the connection can go on; above it the connection is closed.
  package var discardLimit = 64 * 1024
  /// What a lingering close reads at most.
  package var lingerLimit = 1024 * 1024

  package init() {}

  /// How long a client may take.
  package struct Deadlines: Sendable {
    /// Before the first byte, and between requests.
    package var idle: Duration = .seconds(60)
    /// From a head's first byte to its last, absolute.
    package var head: Duration = .seconds(15)
    /// Without a byte of a body.
    package var body: Duration = .seconds(30)
    /// Without the client taking a byte of a response.
    package var write: Duration = .seconds(30)
    /// For the client to read the answer before a connection is closed on it.
    package var linger: Duration = .seconds(1)
    /// For running handlers and unsent responses at a graceful stop.
    package var stop: Duration = .seconds(10)

    package init() {}
  }
}

extension Duration {
  /// Whole milliseconds, rounded up.
  var milliseconds: UInt64 {
    let (seconds, attoseconds) = components
    let parts = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return UInt64(max(0, seconds * 1000 + parts))
  }
}
