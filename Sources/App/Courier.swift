import JSON
package import Store
import Synchronization
import Threads

/// Sends what stands in the outbox, off everybody's way: a few threads take what is due, one at a time
/// for each webhook, and all but one of them for webhooks whose last message failed, so that slow
/// receivers hold up their own messages only.
///
/// A message is taken by a write that puts its next attempt off; so it is sent at least once,
/// also by one of two processes on a file, and after a crash.
package final class Courier: Sendable {
  /// One message, ready to be sent.
  package struct Parcel: Sendable {
    package let destination: Destination
    /// Addresses the host may be reached at.
    package let addresses: [String]
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
  }

  /// What came of one attempt to send.
  package struct Receipt: Sendable {
    /// 0: no answer.
    package let status: Int
    package let error: String?
    /// `Retry-After`, in seconds.
    package let retryAfter: Int?

    package init(status: Int, error: String?, retryAfter: Int? = nil) {
      self.status = status
      self.error = error
      self.retryAfter = retryAfter
    }
  }

  /// Seconds to the next attempt after the first, second … one; after the last it is given up.
  package static let patience = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800]
  /// Longer than an attempt takes, lookup included.
  private static let lease = 120
  private static let threads = 3

  private struct State {
    /// Webhooks to which a message is on its way.
    var busy: Set<Int> = []
    /// Webhooks whose last message failed.
    var failing: Set<Int> = []
    var rings = 0
    var isStopping = false

    /// Webhooks for which nothing is taken now.
    var excluded: Set<Int> {
      busy.intersection(failing).count < Courier.threads - 1 ? busy : busy.union(failing)
    }
  }

  private let state = Monitor(State())
  /// One thread takes at a time, so that no two take messages of one webhook.
  private let taking = Mutex(())
  private let store: Store
  private let base: String
  private let hosts: Set<String>
  private let patience: [Int]
  private let log: @Sendable (String) -> Void
  private let send: @Sendable (Parcel) -> Receipt

  package init(
    store: Store, configuration: AppSettings, send: @escaping @Sendable (Parcel) -> Receipt
  ) {
    self.store = store
    base = configuration.publicURL ?? configuration.base
    hosts = configuration.webhookHosts
    patience = configuration.webhookPatience
    log = configuration.log
    self.send = send
  }

  package func start() {
    store.whenTold { [state] in state.change { $0.rings += 1 } }
    for number in 1...Courier.threads {
      _ = Thread.start("fixbook-hooks-\(number)") { [self] in
        while let next = take() {
          deliver(next)
          state.change { _ = $0.busy.remove(next.webhook.id) }
        }
      }
    }
  }

  /// Takes nothing more, and waits a moment for what is on its way; what is not done by then is
  /// sent again after the next start.
  package func stop(within milliseconds: Int = 2_000) {
    state.change { $0.isStopping = true }
    _ = state.wait(milliseconds: milliseconds) { $0.busy.isEmpty ? () : nil }
  }

  /// Waits for something to be due; nil when the program stops.
  private func take() -> OutgoingDelivery? {
    while true {
      let (isStopping, excluded, rings) = state.withLock {
        ($0.isStopping, $0.excluded, $0.rings)
      }
      if isStopping { return nil }
      if let taken = taking.withLock({ _ in claim() }) { return taken }
      let due = (try? store.read(as: .system) { try $0.nextDelivery(without: excluded) }) ?? nil
      // Another process may put something in without ringing here; what is due and was not taken can't
      // be written now.
      let ahead = due.map { $0.milliseconds - Time.now().milliseconds } ?? 30_000
      _ = state.wait(milliseconds: ahead > 0 ? min(ahead, 30_000) : 2_000) { state in
        state.rings != rings || state.isStopping || state.excluded != excluded ? () : nil
      }
    }
  }

  /// nil when nothing is due, another process was quicker, or nothing can be written.
  private func claim() -> OutgoingDelivery? {
    let excluded = state.withLock { $0.excluded }
    let due = try? store.read(as: .system) { try $0.nextDelivery(without: excluded) }
    guard let due = due ?? nil, due <= .now() else { return nil }
    let claimed = try? store.write(as: .system) {
      try $0.claimDelivery(without: excluded, lease: Courier.lease)
    }
    guard let taken = claimed ?? nil else { return nil }
    state.withLock { _ = $0.busy.insert(taken.webhook.id) }
    return taken
  }

  private func deliver(_ outgoing: OutgoingDelivery) {
    let receipt = attempt(outgoing)
    let delivery = outgoing.delivery
    let isDone = receipt.error == nil && (200..<300).contains(receipt.status)
    let error = isDone ? nil : receipt.error ?? Courier.words(receipt.status)
    state.change { state in
      if isDone {
        state.failing.remove(outgoing.webhook.id)
      } else {
        state.failing.insert(outgoing.webhook.id)
      }
    }
    var retry: Int?
    if delivery.attempts <= patience.count {
      let wait = max(patience[delivery.attempts - 1], min(receipt.retryAfter ?? 0, 3_600))
      // A fifth more or less, so that messages that failed together do not come back together.
      retry = wait + Int.random(in: -(wait / 5)...(wait / 5))
    }
    if let error, retry == nil {
      log("webhook \(outgoing.webhook.id): given up \(delivery.event.rawValue): \(error)")
    }
    do {
      let waits = retry
      try store.write(as: .system) { writing in
        try writing.finish(
          delivery, status: receipt.status == 0 ? nil : receipt.status, error: error,
          retry: waits)
        if receipt.status == 410 {
          try writing.stopWebhook(outgoing.webhook.id, reason: "the receiver answered 410, gone")
        }
      }
    } catch {
      // It is sent again when its lease is over.
      log("webhook \(outgoing.webhook.id): \(error)")
    }
  }

  private static func words(_ status: Int) -> String {
    (300..<400).contains(status)
      ? "answered \(status): redirects are not followed" : "answered \(status)"
  }

  private func attempt(_ outgoing: OutgoingDelivery) -> Receipt {
    do {
      let destination = try Destination(outgoing.webhook.url)
      let addresses = try destination.addresses(allowing: hosts)
      if addresses.isEmpty {
        return Receipt(status: 0, error: "\(destination.host) has no address")
      }
      let message = WebhookMessage(
        outgoing.delivery, details(outgoing.delivery), base: base)
      let body = message.body(outgoing.webhook.format).bytes
      let timestamp = Time.now().milliseconds / 1_000
      var headers = [
        ("Content-Type", "application/json"), ("User-Agent", "Fixbook/\(App.version)"),
        ("webhook-id", outgoing.delivery.id), ("webhook-timestamp", String(timestamp)),
      ]
      if let signature = MessageKey.signature(
        outgoing.secret, id: outgoing.delivery.id, timestamp: timestamp, body: body)
      {
        headers.append(("webhook-signature", signature))
      }
      return send(
        Parcel(destination: destination, addresses: addresses, headers: headers, body: body))
    } catch {
      return Receipt(status: 0, error: error.reason)
    }
  }

  /// Texts that are looked up at the last moment, since they may be deleted.
  private func details(_ delivery: Delivery) -> WebhookMessage.Details {
    (try? store.read(as: .system) { reading in
      WebhookMessage.Details(
        report: try delivery.subject["report"]?.text.flatMap { try reading.report($0) },
        question: try delivery.subject["gap"]?.integer.flatMap { try reading.questionText($0) })
    }) ?? WebhookMessage.Details()
  }
}
