import HTTP
import Sockets
import Synchronization
import Testing

@testable import Server

@Suite struct DeadlineQueuesTests {
  private func queues() -> DeadlineQueues {
    var deadlines = Configuration.Deadlines()
    deadlines.idle = .milliseconds(100)
    deadlines.head = .milliseconds(10)
    return DeadlineQueues(deadlines)
  }

  @Test func `the earliest deadline is next, whatever its kind`() {
    var queues = queues()
    #expect(queues.next == nil)
    queues.start(.idle, slot: 3, now: 0)
    #expect(queues.next == 100)
    queues.start(.head, slot: 5, now: 20)
    #expect(queues.next == 30)
    queues.cancel(5)
    #expect(queues.next == 100)
    #expect(queues.wait(of: 3) == .idle)
    #expect(queues.wait(of: 5) == nil)
    #expect(queues.wait(of: 99) == nil)
  }

  @Test func `starting again moves to the end`() throws {
    var queues = queues()
    for slot in 0..<4 { queues.start(.idle, slot: slot, now: UInt64(slot)) }
    queues.start(.idle, slot: 0, now: 50)
    queues.start(.idle, slot: 2, now: 60)
    var order: [Int] = []
    #expect(queues.popExpired(now: 100) == nil)
    while let (slot, wait) = queues.popExpired(now: 200) {
      #expect(wait == .idle)
      order.append(slot)
    }
    #expect(order == [1, 3, 0, 2])
    #expect(queues.next == nil)
  }

  @Test func `many starts and cancels keep the lists whole`() {
    var queues = queues()
    var due: [Int: UInt64] = [:]
    var random = SystemRandomNumberGenerator()
    for now in 0..<UInt64(5000) {
      let slot = Int.random(in: 0..<50, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        queues.start(.idle, slot: slot, now: now)
        due[slot] = now + 100
      case 1:
        queues.start(.head, slot: slot, now: now)
        due[slot] = now + 10
      default:
        queues.cancel(slot)
        due[slot] = nil
      }
      #expect(queues.next == due.values.min())
      while let (slot, _) = queues.popExpired(now: now) {
        let expected = due.removeValue(forKey: slot)
        #expect(expected.map { $0 <= now } == true)
      }
    }
  }
}

@Suite struct WorkerPoolTests {
  @Test func `jobs run at the same time, up to the limit`() {
    let pool = WorkerPool(limit: 3)
    let entered = Gate()
    let gate = Gate()
    let done = Gate()
    for _ in 0..<5 {
      pool.submit {
        entered.open()
        gate.wait()
        done.open()
      }
    }
    for _ in 0..<3 { #expect(entered.wait()) }
    #expect(pool.load.threads == 3)
    #expect(pool.load.queued == 2)
    for _ in 0..<5 { gate.open() }
    for _ in 0..<5 { #expect(done.wait()) }
    #expect(pool.load.queued == 0)
    #expect(pool.load.threads == 3)
    pool.stop()
  }

  @Test func `an idle thread is used again`() {
    let pool = WorkerPool(limit: 8)
    let done = Gate()
    for _ in 0..<500 {
      pool.submit { done.open() }
      #expect(done.wait())
      // The thread is still on its way back when its job has just ended.
      while pool.load.idle == 0 { pause(milliseconds: 0) }
    }
    #expect(pool.load.threads == 1)
    pool.stop()
    #expect(!pool.submit {})
  }

  @Test func `every job runs once`() {
    let pool = WorkerPool(limit: 4)
    let count = Mutex(0)
    let done = Gate()
    for _ in 0..<20_000 {
      pool.submit {
        let reached = count.withLock { count in
          count += 1
          return count
        }
        if reached == 20_000 { done.open() }
      }
    }
    #expect(done.wait())
    pool.stop()
  }
}

@Suite struct ConfigurationTests {
  @Test func `durations become milliseconds, rounded up`() {
    #expect(Duration.seconds(60).milliseconds == 60_000)
    #expect(Duration.milliseconds(15).milliseconds == 15)
    #expect(Duration.microseconds(1).milliseconds == 1)
    #expect(Duration.zero.milliseconds == 0)
    #expect(Duration.seconds(-1).milliseconds == 0)
  }
}
