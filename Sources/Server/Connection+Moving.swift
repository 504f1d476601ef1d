extension Connection {
  /// The loop for uploads is to have it, where this is another one.
  func moveToUploads() {
    guard let uploads = loop.uploads, !loop.stopping else { return }
    home = loop.entrance
    destination = uploads
  }

  /// The loop that it came from is to have it again, where this is another one.
  func moveHome() {
    guard !loop.stopping else { return }
    destination = home
  }

  /// Belongs to that loop's thread from now on.
  func belong(to loop: EventLoop, token: UInt64) {
    self.loop = loop
    self.token = token
    if loop.uploads != nil { home = nil }
    destination = nil
  }

  /// Goes on where it has come to.
  func arrive() {
    // Something may have come while nobody watched.
    readable = true
    resume()
  }
}
