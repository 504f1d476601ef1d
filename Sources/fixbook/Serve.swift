import App
import Glibc
import HTTP
import JSON
import Server
import Sockets
import Store
import Threads

let serve = Verb(
  "serve", "Serves the knowledge base over HTTP",
  flags: Setting.all.map(\.flag) + [
    .value("config", "FILE", "read settings from this file (default: $FIXBOOK_CONFIG)"),
    .toggle("no-guides", "do not load the shipped guides into a new file"),
    .toggle("print-config", "say what holds and where it came from, and stop"),
    .toggle("json", "with --print-config: as JSON"),
  ],
  example: "fixbook serve --db fixbook.db --listen 127.0.0.1:8080"
) { arguments in
  try arguments.noOperands()
  let settings = try Settings(arguments)
  if arguments.has("print-config") {
    Console.out(arguments.has("json") ? settings.json.string + "\n" : settings.text)
    return .done
  }
  return try serveForever(settings, loadsGuides: !arguments.has("no-guides"))
}

private func serveForever(_ settings: Settings, loadsGuides: Bool) throws -> ExitCode {
  // Signals are taken by one thread below; blocked before any other starts.
  let stopSignals = signalsThatStop()
  withUnsafePointer(to: stopSignals) { _ = pthread_sigmask(SIG_BLOCK, $0, nil) }

  guard let endpoint = Endpoint(settings["listen"]) else {
    throw settings.wrong("listen", "must be HOST:PORT or unix:PATH")
  }
  let publicURL: String?
  do {
    publicURL = try settings["public-url"].isEmpty ? nil : checkedURL(settings["public-url"])
  } catch {
    throw settings.wrong("public-url", "must begin with http:// or https://")
  }
  let cache = try settings.number("cache", 0...4_096, of: "MiB")
  let retention = Retention(
    questions: try settings.number("keep-questions", 1...36_500, of: "days"),
    audit: try settings.number("keep-audit", 0...36_500, of: "days"))
  let path = settings["db"]
  // A limit of file size is an error to report, not a reason to die.
  signal(SIGXFSZ, SIG_IGN)
  for number in signalsWithoutMeaning { signal(number, SIG_IGN) }
  let store = try Main.named(path) { try Store(path: path) }
  store.faults.log { Console.error("fixbook: \(path): \($0)\n") }
  let listener: Listener
  do {
    listener = try Listener(endpoint)
  } catch {
    throw CommandError("cannot listen on \(settings["listen"]): \(reason(error.code))")
  }
  // After listening, so that the link of a first start is not lost when the port is taken.
  let link = try Main.named(path) { try fill(store, loadsGuides: loadsGuides) }
  let base = "http://" + address(listener.endpoint)
  var configuration = try appSettings(settings, base: base, publicURL: publicURL)
  configuration.cors = CORSPolicy(Set(settings.list("cors-origin")))
  configuration.cacheSize = cache * 1_024 * 1_024
  configuration.webhookHosts = Set(settings.list("webhook-host").map { $0.lowercased() })
  configuration.webhookPatience = try settings.list("webhook-retries").map { text in
    guard let seconds = Int(text), (0...604_800).contains(seconds) else {
      throw settings.wrong(
        "webhook-retries", "must be seconds separated by commas, a week at most")
    }
    return seconds
  }
  let application = App(store: store, configuration: configuration)
  let courier = Courier(store: store, configuration: configuration, send: Curl.send)

  var hosts = settings.list("allowed-host")
  if let publicURL, let host = publicURL.split(separator: "/").dropFirst().first {
    hosts.append(String(host))
  }
  var server = Configuration()
  server.hosts = HostPolicy(hosts)
  // Before the first answer: who sees that it is served may ask the file for links at once.
  store.noteAddress(publicURL ?? base)
  let running = try Server(
    application: application, listeners: [listener], configuration: server)
  application.metricsSource.set { samples(running.metrics) }
  reindex(store)
  announce(listening: base, base: publicURL ?? base, link: link, store: store, configuration)
  _ = Thread.start("fixbook-signals") {
    var signals = stopSignals
    var signal: Int32 = 0
    sigwait(&signals, &signal)
    running.stop()
    // A second one ends it at once.
    sigwait(&signals, &signal)
    exit(130)
  }
  courier.start()
  let upkeep = Upkeep(store, retention)
  try running.run()
  upkeep.stop()
  courier.stop()
  store.close()
  return .done
}

/// Other servers turn their log or say how they are for these, so that scripts send them; here they
/// mean nothing, which should not end the server, as they do a process that says nothing of them.
let signalsWithoutMeaning = [SIGUSR1, SIGUSR2, SIGALRM]

/// A terminal that is closed stops the server like Ctrl-C in it; but not where `nohup` says that it
/// shall go on: a signal that waits is taken even when it is ignored otherwise.
private func signalsThatStop() -> sigset_t {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGTERM)
  sigaddset(&signals, SIGINT)
  var hangUp = sigaction()
  sigaction(SIGHUP, nil, &hangUp)
  let handler = hangUp.__sigaction_handler.sa_handler
  if unsafeBitCast(handler, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) {
    sigaddset(&signals, SIGHUP)
  }
  return signals
}

/// Brings the search index up to date beside serving, when another version made it.
private func reindex(_ store: Store) {
  guard store.readOnlyReason == nil, let count = try? store.outdatedIssues(), count > 0 else {
    return
  }
  Console.error("fixbook: indexing \(count) issues anew, since another version indexed them\n")
  _ = Thread.start("fixbook-index") {
    do {
      try store.reindexOutdated()
      Console.error("fixbook: the search index is up to date\n")
    } catch {
      // The next start goes on from here.
      Console.error("fixbook: indexing stopped: \(Main.explanation(error))\n")
    }
  }
}

/// Policies and what else of the settings concerns the application.
private func appSettings(
  _ settings: Settings, base: String, publicURL: String?
) throws -> AppSettings {
  var configuration = AppSettings(
    base: base, publicURL: publicURL, anonymousReports: try settings.yes("anonymous-reports"),
    adminToken: Console.environment("FIXBOOK_ADMIN_TOKEN"),
    log: { Console.error("fixbook: \($0)\n") })
  configuration.anonymousReading = try settings.yes("anonymous-read")
  for use in AnonymousUse.allCases {
    let name = "limit-\(use.rawValue)"
    let count = try settings.number(name, 0...1_000_000, of: "requests a minute")
    if count > 0 { configuration.anonymousLimits[use] = count }
  }
  configuration.trustedProxies = Set(settings.list("trusted-proxy"))
  guard let role = Role(rawValue: settings["proxy-user-role"]) else {
    throw settings.wrong("proxy-user-role", "must be reader, reporter, editor or admin")
  }
  configuration.proxyUserRole = role
  let header = settings["proxy-user-header"]
  if !header.isEmpty {
    guard header.utf8.allSatisfy({ isHeaderByte($0) }) else {
      throw settings.wrong("proxy-user-header", "must be the name of a header")
    }
    guard !configuration.trustedProxies.isEmpty else {
      throw settings.wrong("proxy-user-header", "needs --trusted-proxy: from others it is nothing")
    }
    configuration.proxyUserHeader = header
  }
  configuration.shown = settings.all.map { ($0.name, $0.value, $0.origin) }
  if configuration.adminToken != nil {
    configuration.shown.append(("admin token", "set", "FIXBOOK_ADMIN_TOKEN"))
  }
  return configuration
}

private func isHeaderByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
  default: false
  }
}

/// The server's numbers, named as usual for HTTP servers.
private func samples(_ metrics: Metrics) -> [Metric] {
  var samples = [
    Metric("http_connections_total", .counter, "Connections accepted.", Double(metrics.accepted)),
    Metric("http_connections", .gauge, "Open connections.", Double(metrics.activeConnections)),
    Metric("http_requests_total", .counter, "Requests read.", Double(metrics.requests)),
    Metric(
      "http_refusals_total", .counter, "Requests refused by the HTTP layer.",
      Double(metrics.refusals)),
    Metric("http_received_bytes_total", .counter, "Bytes received.", Double(metrics.bytesIn)),
    Metric("http_sent_bytes_total", .counter, "Bytes sent.", Double(metrics.bytesOut)),
    Metric("http_queued_jobs", .gauge, "Jobs that wait for a worker.", Double(metrics.queuedJobs)),
  ]
  for (group, count) in metrics.responses.sorted(by: { $0.key < $1.key }) {
    samples.append(
      Metric(
        "http_responses_total", .counter, "Responses by class.", labels: "class=\"\(group)xx\"",
        Double(count)))
  }
  return samples
}

/// Gives an empty base its guides and one without accounts an administrator, in one transaction, so that a
/// first start that is cut short is begun anew. Returns the link that signs in, nil where there are accounts.
private func fill(_ store: Store, loadsGuides: Bool) throws -> String? {
  guard store.readOnlyReason == nil, try store.read(as: .system, { try !$0.hasAccounts() }) else {
    return nil
  }
  let shipped = loadsGuides ? ShippedGuides.importer() : nil
  return try store.write(as: .importer) { writing in
    // Another process may have been quicker.
    guard try !writing.reading.hasAccounts() else { return nil }
    if try writing.reading.isUnused() { _ = try shipped?.store(writing) }
    return try writing.createSignInLink(
      account: try writing.createAccount(name: "admin", role: .admin).id)
  }
}

private func announce(
  listening: String, base: String, link: String?, store: Store, _ configuration: AppSettings
) {
  var text = "Fixbook serves \(store.path) at \(listening)"
  text += base == listening ? "\n" : ", known as \(base)\n"
  if let reason = store.readOnlyReason { text += "Read only: \(reason).\n" }
  if let link {
    text += "Sign in as admin, once, within 15 minutes: \(base)/sign-in?link=\(link)\n"
  }
  text += configuration.anonymousReading ? "Anyone may read. " : "Reading needs an account. "
  text +=
    configuration.anonymousReports
    ? "Anyone may report, record outcomes and suggest edits. "
    : "Reports, outcomes and suggestions need an account or a token. "
  text += "Editors edit.\n"
  if let header = configuration.proxyUserHeader {
    let proxies = configuration.trustedProxies.sorted().joined(separator: ", ")
    text += "Whoever \(header) from \(proxies) names is signed in"
    text += " (new: as \(configuration.proxyUserRole.rawValue)).\n"
  }
  Console.out(text + firstSteps(in: store, base: base))
}

/// The address under which this machine reaches what listens there, and which the server answers for:
/// 0.0.0.0 and [::] are neither.
private func address(_ endpoint: Endpoint) -> String {
  guard let address = endpoint.address else { return "localhost" }
  switch address {
  case "0.0.0.0": return "127.0.0.1:\(endpoint.port ?? 80)"
  case "::": return "[::1]:\(endpoint.port ?? 80)"
  default: return "\(endpoint)"
  }
}

/// Whether only this machine reaches what listens there.
func isLoopback(_ listen: String) -> Bool {
  guard let endpoint = Endpoint(listen) else { return false }
  guard let address = endpoint.address else { return true }
  return address == "localhost" || address == "::1" || address.hasPrefix("127.")
}

/// Throws for what is no address of a web site; without a slash at its end.
func checkedURL(_ text: String) throws(UsageError) -> String {
  guard text.hasPrefix("http://") || text.hasPrefix("https://"), !text.contains(" "),
    !text.contains("?"), !text.contains("#")
  else { throw UsageError("--public-url must begin with http:// or https://") }
  return text.hasSuffix("/") ? String(text.dropLast()) : text
}
