/// What a connection is waited for.
enum Wait: Int, CaseIterable {
  case idle, head, body, write, linger
}

/// Deadlines of many connections at a constant cost each. Every kind of wait
/// has one length, so the connections in it, in the order in which they began to
/// wait, are in the order of their deadlines: a linked list per kind is enough.
struct DeadlineQueues {
  private struct Entry {
    var wait: Wait?
    var due: UInt64 = 0
    var next: Int32 = -1
    var previous: Int32 = -1
  }

  /// Indexed by slot, which is a descriptor's number.
  private var entries: [Entry] = []
  private var first = [Int32](repeating: -1, count: Wait.allCases.count)
  private var last = [Int32](repeating: -1, count: Wait.allCases.count)
  private let lengths: [UInt64]

  init(_ deadlines: Configuration.Deadlines) {
    lengths = Wait.allCases.map { wait in
      switch wait {
      case .idle: deadlines.idle.milliseconds
      case .head: deadlines.head.milliseconds
      case .body: deadlines.body.milliseconds
      case .write: deadlines.write.milliseconds
      case .linger: deadlines.linger.milliseconds
      }
    }
  }

  /// What that slot waits for.
  func wait(of slot: Int) -> Wait? { slot < entries.count ? entries[slot].wait : nil }

  /// The earliest deadline of all.
  var next: UInt64? {
    var earliest: UInt64?
    for slot in first where slot >= 0 {
      earliest = min(earliest ?? .max, entries[Int(slot)].due)
    }
    return earliest
  }

  /// Lets a slot wait, from now on, for that.
  mutating func start(_ wait: Wait, slot: Int, now: UInt64) {
    while slot >= entries.count { entries.append(Entry()) }
    cancel(slot)
    let kind = wait.rawValue
    let before = last[kind]
    entries[slot] = Entry(wait: wait, due: now + lengths[kind], next: -1, previous: before)
    if before >= 0 { entries[Int(before)].next = Int32(slot) } else { first[kind] = Int32(slot) }
    last[kind] = Int32(slot)
  }

  mutating func cancel(_ slot: Int) {
    guard slot < entries.count, let wait = entries[slot].wait else { return }
    let entry = entries[slot]
    if entry.previous >= 0 {
      entries[Int(entry.previous)].next = entry.next
    } else {
      first[wait.rawValue] = entry.next
    }
    if entry.next >= 0 {
      entries[Int(entry.next)].previous = entry.previous
    } else {
      last[wait.rawValue] = entry.previous
    }
    entries[slot].wait = nil
  }

  /// Takes out one slot whose deadline has passed.
  mutating func popExpired(now: UInt64) -> (slot: Int, wait: Wait)? {
    for wait in Wait.allCases {
      let slot = Int(first[wait.rawValue])
      guard slot >= 0, entries[slot].due <= now else { continue }
      cancel(slot)
      return (slot, wait)
    }
    return nil
  }
}
