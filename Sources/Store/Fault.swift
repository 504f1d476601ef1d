import SQLite
import Synchronization

/// What keeps the file from being written, or parts of it from being read.
package enum Fault: Sendable, Hashable {
  /// No room on the disk, in the quota, or below a limit of size.
  case full
  /// The file, its folder or its mount can't be written.
  case readOnly
  /// Another process holds the file for long.
  case busy
  /// The process, or the machine, may open no more files.
  case descriptors
  /// The file that is open, or the `-wal` or `-shm` beside it, was removed, moved away or replaced.
  case moved
  /// The disk fails.
  case disk
  /// The file holds what SQLite did not write. Stays until the program is started again:
  /// a write into a damaged file can make it worse.
  case damaged
  /// Only the search index is damaged.
  case damagedIndex

  /// Nil for an error that says nothing about file or disk.
  package init?(_ error: any Error) {
    if error is DatabaseMoved {
      self = .moved
      return
    }
    guard let error = error as? DatabaseError else { return nil }
    if error.isFull {
      self = .full
    } else if error.isReadOnly {
      self = .readOnly
    } else if error.isOutOfDescriptors {
      self = .descriptors
    } else if error.isBusy {
      self = .busy
    } else if error.isCorrupt {
      self = error.isCorruptIndex ? .damagedIndex : .damaged
    } else if error.isDiskError {
      self = .disk
    } else {
      return nil
    }
  }

  /// For whoever runs the server: what it is and what to do.
  var advice: String {
    switch self {
    case .full: "no room left on the disk: writes are refused until there is"
    case .readOnly: "the file can't be written: writes are refused until it can"
    case .busy: "another process has held the file for long: writes wait, then are refused"
    case .descriptors:
      "no more files may be open: the file can't be opened once more; allow more descriptors "
        + "(ulimit -n, LimitNOFILE=)"
    case .moved:
      "the file, or the -wal or -shm beside it, was removed, moved or replaced: reads go on from what "
        + "was open, writes are refused; put the file back, or start the server again"
    case .disk: "the disk fails: what can't be written is refused"
    case .damaged:
      "the file is damaged: reads go on where they can, writes are refused so that it gets no worse; "
        + "'fixbook verify' names the damage, 'fixbook restore' brings a backup back"
    case .damagedIndex: "the search index is damaged; 'fixbook verify' tells more"
    }
  }
}

/// The fault that holds now, and what the log hears of it: its begin, its end, and once a minute
/// how often it was met; never a line for each request.
package final class FaultWatch: Sendable {
  private struct State {
    var current: Fault?
    var isDamaged = false
    var log: (@Sendable (String) -> Void)?
    /// When each was last logged, and how often it was met since.
    var told: [Fault: (at: UInt64, unsaid: Int)] = [:]
    var begunWasTold = false
  }

  private static let quiet: UInt64 = 60_000_000_000
  private let state = Mutex(State())
  /// So that a commit in good times costs no lock.
  private let isClear = Atomic<Bool>(true)

  init() {}

  /// Where to say it.
  package func log(to log: @escaping @Sendable (String) -> Void) {
    state.withLock { $0.log = log }
  }

  /// What keeps writes from being stored now.
  package var current: Fault? {
    if isClear.load(ordering: .acquiring) { return nil }
    return state.withLock { $0.isDamaged ? .damaged : $0.current }
  }

  /// A write failed, or a read met damage. `advice` replaces the fault's own.
  func note(_ error: any Error, inWrite: Bool, advice: String? = nil) {
    guard let fault = Fault(error) else { return }
    let line = state.withLock { state -> ((@Sendable (String) -> Void), String)? in
      if fault == .damaged { state.isDamaged = true }
      if inWrite { state.current = fault }
      if state.isDamaged || state.current != nil { isClear.store(false, ordering: .releasing) }
      let now = monotonicNanoseconds()
      var told = state.told[fault] ?? (at: 0, unsaid: 0)
      defer { state.told[fault] = told }
      guard told.at == 0 || now &- told.at >= FaultWatch.quiet else {
        told.unsaid += 1
        return nil
      }
      let before = told.unsaid == 0 ? "" : " (\(told.unsaid) times more since it was last said)"
      told = (now, 0)
      if inWrite { state.begunWasTold = true }
      return state.log.map { ($0, "\(advice ?? fault.advice)\(before) [\(error)]") }
    }
    if let line { line.0(line.1) }
  }

  /// A commit is on disk. True when that ends a fault.
  func clear() -> Bool {
    if isClear.load(ordering: .acquiring) { return false }
    let (ended, log) = state.withLock { state -> (Bool, (@Sendable (String) -> Void)?) in
      guard state.current != nil else { return (false, nil) }
      state.current = nil
      isClear.store(!state.isDamaged, ordering: .releasing)
      defer { state.begunWasTold = false }
      return (true, state.begunWasTold ? state.log : nil)
    }
    log?("writes are stored again")
    return ended
  }

  /// Moving the WAL into the file failed; nothing is lost, and it is tried again.
  func noteCheckpoint(_ error: any Error) {
    note(
      error, inWrite: false,
      advice: "the -wal file can't be moved into the file; writes go on, nothing is lost"
    )
  }
}

/// Refused because the file is damaged.
package struct StoreDamaged: Error, Sendable {}
