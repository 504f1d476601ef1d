import HTTP

/// A request body on its way in.
final class Upload {
  enum Destination {
    case buffer
    case sink(any BodySink)
    case nowhere
  }

  let request: Request
  let destination: Destination
  private var decoder: BodyDecoder
  private let capacity: Int
  /// Decoded and not yet handed on.
  private(set) var content: [UInt8] = []
  /// What a sink is consuming right now; nil when none is at work.
  private(set) var consuming: Int?

  /// `capacity` is what may wait for a sink.
  init(_ request: Request, _ destination: Destination, _ decoder: BodyDecoder, capacity: Int) {
    self.request = request
    self.destination = destination
    self.decoder = decoder
    self.capacity = capacity
  }

  var isComplete: Bool { decoder.isComplete }

  var isDiscarding: Bool {
    if case .nowhere = destination { return true }
    return false
  }

  /// Whether reading has to wait for the sink.
  var isFull: Bool {
    guard case .sink = destination else { return false }
    return isComplete || content.count + (consuming ?? 0) >= capacity
  }

  /// Takes bytes from the connection and says how many were part of the body.
  func take(_ bytes: Span<UInt8>) throws(Refusal) -> Int {
    let used = try decoder.decode(bytes, into: &content)
    if isDiscarding { content.removeAll(keepingCapacity: true) }
    return used
  }

  /// The content so far, for the application or for a sink.
  func takeContent() -> [UInt8] {
    defer { content = [] }
    return content
  }

  func beginConsuming(_ count: Int) { consuming = count }

  func endConsuming() { consuming = nil }
}
