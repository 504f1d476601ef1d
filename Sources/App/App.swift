package import HTTP
import JSON
import SQLite
package import Store
import Synchronization

/// How the application behaves; from flags, environment and config file.
package struct AppSettings: Sendable {
  /// Address that URLs are built from when there is no `--public-url`, e.g. "http://127.0.0.1:8080".
  package var base: String
  package var publicURL: String?
  /// Peers whose X-Forwarded-* count.
  package var trustedProxies: Set<String> = []
  /// Header in which a trusted proxy names who is signed in there; from other peers it is nothing.
  package var proxyUserHeader: String?
  /// Role of an account that is made for a name the proxy gives.
  package var proxyUserRole = Role.reader
  /// Reading without an account.
  package var anonymousReading = true
  /// How often an address without an account may do what; what is not named is unlimited.
  package var anonymousLimits: [AnonymousUse: Int] = [:]
  /// Reports and outcomes through page addresses without an account.
  package var anonymousReports: Bool
  /// `FIXBOOK_ADMIN_TOKEN`: a token with every scope.
  package var adminToken: String?
  /// What the page for the person who runs this shows of settings: name, value, origin.
  package var shown: [(name: String, value: String, origin: String)] = []
  /// Other sites whose scripts may use this server.
  package var cors = CORSPolicy([])
  /// Bytes of finished pages that are kept at most; 0: none.
  package var cacheSize = 12 * 1_024 * 1_024
  /// Hosts that webhooks may send to by http and wherever they stand: "HOST" or "HOST:PORT".
  package var webhookHosts: Set<String> = []
  /// Seconds a webhook's message waits after its first, second … failure.
  package var webhookPatience = Courier.patience
  /// Writes a line to the log.
  package var log: @Sendable (String) -> Void

  package init(
    base: String, publicURL: String? = nil, anonymousReports: Bool = true,
    adminToken: String? = nil, log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.base = base
    self.publicURL = publicURL
    self.anonymousReports = anonymousReports
    self.adminToken = adminToken
    self.log = log
  }
}

/// The product as one function from request to response: routes, who may do what, representations.
package final class App: Application {
  package static let version = "0.1.0"

  package let store: Store
  package let configuration: AppSettings
  let router: Router
  let limiter = RateLimiter()
  let uses = Uses()
  let cache: ResponseCache?
  /// argon2id takes 19 MiB, so one at a time.
  let passwordGate = Mutex(())
  let confirmations = Confirmations()
  let runningKeys = RunningKeys()
  let verdicts = VerdictCounts()
  let openings = Openings()
  package let metricsSource = MetricsSource()

  package init(store: Store, configuration: AppSettings) {
    self.store = store
    self.configuration = configuration
    router = Router(App.routes)
    cache = ResponseCache(store.content, limit: configuration.cacheSize)
  }

  package func bodyPlan(for head: Request) -> BodyPlan {
    // Most requests have no body, and need not be looked up for it.
    guard head.method != .get, head.method != .head, case .found(let match) = router.match(head)
    else { return .buffer(limit: Limits.body) }
    guard match.route.isDiagnose else { return .buffer(limit: match.route.bodyLimit) }
    let intake = DiagnoseIntake(contentType: head.headers["Content-Type"])
    return .stream(limit: Limits.text + Limits.formOverhead, into: intake)
  }

  package func respond(to request: Request, body sink: (any BodySink)?) -> Answer {
    let policy = configuration.cors
    let answer = answer(to: request, body: sink)
    return policy.isOff ? answer : answer.map { policy.response($0, to: request) }
  }

  /// Whether the answer depends on what the cache does not look at.
  private func isPersonal(_ request: Request) -> Bool {
    proxyUser(of: request) != nil || forwardedBase(of: request) != nil
  }

  private func answer(to request: Request, body sink: (any BodySink)?) -> Answer {
    if !configuration.anonymousLimits.isEmpty, let refused = refusal(of: request) {
      return .now(refused)
    }
    noteOpening(request)
    let started = monotonicMilliseconds()
    let key = cache == nil || isPersonal(request) ? nil : ResponseCache.Key(request)
    if let key, let kept = cache?.kept(for: key) {
      if var asked = kept.asked {
        asked.milliseconds = monotonicMilliseconds() - started
        count(asked, of: anonymous(request), request)
      }
      return .now(unlessKnown(kept.response, request))
    }
    let match: Router.Match
    switch router.match(request) {
    case .found(let found): match = found
    case .failed(let failure, let representation):
      let site = try? site(for: request, makesAccounts: false)
      return .now(problem(failure, request, representation, site: site))
    case .options(let methods):
      return .now(options(methods))
    }
    let work: @Sendable () -> Answer = { [self] in
      if let key, let part = match.route.cached {
        return .now(fill(key, part, match, request))
      }
      return run(match, request, intake: sink as? DiagnoseIntake) { [self] asked, caller in
        count(asked, of: caller, request)
      }
    }
    let isHeavy = isLong(match.route, request) || isNewProxyUser(request)
    return isHeavy ? .work(work) : work()
  }

  /// Whether answering takes long enough for others on the same event loop to notice.
  private func isLong(_ route: Route, _ request: Request) -> Bool {
    route.isHeavy || request.body.count > App.lightBody
  }

  /// Bytes of a body that a loop reads by itself: masking and reading a longer one takes long enough
  /// for others to notice.
  private static let lightBody = 4_096

  /// Makes a page for the cache, from what the cache's key holds of the request alone.
  private func fill(
    _ key: ResponseCache.Key, _ part: ContentState.Part, _ match: Router.Match, _ request: Request
  ) -> Response {
    let state = cache?.state
    var asked: AskedSearch?
    let answer = run(match, key.request(for: request), intake: nil) { search, _ in
      // Counted below, as asked by who really asks.
      asked = search
    }
    if let asked { count(asked, of: anonymous(request), request) }
    guard case .now(let response) = answer else {
      return problem(.internalError, request, match.representation)
    }
    guard response.status == .ok else { return response }
    let prepared = response.prepared()
    if let state {
      cache?.insert(
        ResponseCache.Kept(response: prepared, asked: asked), for: key, in: match.route.room,
        of: part, state: state)
    }
    return unlessKnown(prepared, request)
  }

  /// The whole way of a request, here and now: for tests and the command line.
  package func response(to request: Request, body sink: (any BodySink)? = nil) -> Response {
    var answer = respond(to: request, body: sink)
    while true {
      switch answer {
      case .now(let response): return response
      case .work(let work): answer = work()
      case .later(let start):
        let waiting = Waiting()
        start { waiting.finish($0) }
        answer = waiting.wait()
      }
    }
  }

  package func refuse(_ refusal: Refusal, request: Request?) -> Response {
    let failure = Failure(
      refusal.status, refusal.code, refusal.status.phrase, refusal.detail)
    let request = request ?? Request(method: .get, rawPath: "/", segments: [])
    let response = problem(failure, request, router.representation(request))
    let policy = configuration.cors
    return policy.isOff ? response : policy.response(response, to: request)
  }

  /// `counting` is called for a search that the answer counts as.
  private func run(
    _ match: Router.Match, _ request: Request, intake: DiagnoseIntake?,
    counting: (AskedSearch, Caller) -> Void
  ) -> Answer {
    var representation = match.representation
    var known: Site?
    do {
      let site = try self.site(for: request)
      known = site
      if !configuration.anonymousReading, site.caller.isAnonymous, !match.route.isOpen {
        throw Failure.unauthorized
      }
      guard let form = match.form else {
        representation = .text
        throw notAcceptable(match)
      }
      representation = form
      var context = Context(
        app: self, request: request, site: site, path: match.values, isAPI: match.isAPI,
        suffix: match.suffix, representation: form, intake: intake,
        operation: match.route.operation)
      if request.method != .get && request.method != .head && !match.route.isOpenQuestion {
        // A browser's cookie is no token: forms go to the page addresses.
        if match.isAPI, !site.caller.isToken { throw Failure.unauthorized }
        try guardWrite(context)
        let (checked, asks) = try confirmed(context)
        context = checked
        if let asks { return answer(asks, context, isLong: false) }
      }
      if let keyed = try KeyedRequest(context, match.route) {
        return try once(keyed, context, match.route)
      }
      let reply = try reply(match.route, context)
      if case .page(let page, _, _) = reply, let asked = page.asked {
        counting(asked, context.caller)
      }
      return answer(reply, context, isLong: isLong(match.route, request))
    } catch {
      return .now(problem(failure(of: error, request), request, representation, site: known))
    }
  }

  private func reply(_ route: Route, _ context: Context) throws -> Reply {
    do {
      return try route.handler(context)
    } catch let elsewhere as Elsewhere {
      return .redirect(.movedPermanently, to: elsewhere.address)
    }
  }

  private func notAcceptable(_ match: Router.Match) -> Failure {
    let forms =
      match.route.isHTMLOnly
      ? [Representation.html.contentType] : Representation.allCases.map(\.contentType)
    return Failure(
      .notAcceptable, "not_acceptable", "Not acceptable",
      match.route.isHTMLOnly
        ? "This page exists as text/html only."
        : "This page exists as text/html, application/json, text/markdown and text/plain."
    )
    .member("available", .array(forms.map { .string($0) }))
  }

  /// What holds for every write: no foreign forms, not too many from one address.
  private func guardWrite(_ context: Context) throws(Failure) {
    if context.caller.isToken { return }
    try refuseForeignForm(context.request)
    // Below /api/v1 nobody writes without a token: 401 tells them why, however often.
    if context.caller.isAnonymous, !context.isAPI, isCounted(context.request) {
      try limiter.count(.anonymousWrites, of: client(of: context.request))
    }
  }

  /// Fetch Metadata, else Origin (https://owasp.org/www-community/attacks/csrf).
  private func refuseForeignForm(_ request: Request) throws(Failure) {
    if let site = request.headers["Sec-Fetch-Site"] {
      if site != "same-origin" && site != "none" { throw Failure.foreignForm }
    } else if let origin = request.headers["Origin"], !isOwn(origin, request) {
      throw Failure.foreignForm
    }
  }

  /// Whether a page of this server sent the request.
  func isOwn(_ origin: String, _ request: Request) -> Bool {
    let own = [
      configuration.publicURL, configuration.base, forwardedBase(of: request),
      request.authority.map { "http://" + $0 },
    ]
    return own.contains { $0.map { equalIgnoringCase($0, origin) } ?? false }
  }

  private func answer(_ reply: Reply, _ context: Context, isLong: Bool) -> Answer {
    guard case .write(let body) = reply else { return .now(render(reply, context)) }
    return .later { [self] complete in
      let write: @Sendable (Writing) throws -> Reply = { [self] in
        try audited(body, $0, context)
      }
      store.submit(as: context.caller.author, write) { [self] result in
        let made: @Sendable () -> Answer = { [self] in
          switch result {
          case .success(let reply): .now(render(reply, context))
          case .failure(let error): .now(problem(of: error, context))
          }
        }
        if isLong { complete { .work(made) } } else { complete(made) }
      }
    }
  }

  /// Runs a write and notes it in the audit log, in one transaction.
  func audited(
    _ body: @Sendable (Writing) throws -> Reply, _ writing: Writing, _ context: Context
  ) throws -> Reply {
    let reply = try body(writing)
    try writing.audit(
      context.request.method.name, subject: context.request.rawPath,
      peer: context.caller.isAnonymous ? context.caller.reporter : peer(of: context.request))
    return reply
  }

  /// What a request that failed is answered with.
  func problem(of error: any Error, _ context: Context) -> Response {
    if let unfinished = error as? UnfinishedWrite { return render(unfinished.reply, context) }
    return problem(
      failure(of: error, context.request), context.request, context.representation,
      site: context.site)
  }

  private func failure(of error: any Error, _ request: Request) -> Failure {
    let id = request.id.map { " \($0)" } ?? ""
    return failure(of: error, doing: "\(request.method.name) \(request.rawPath)\(id)")
  }

  /// What an error becomes for the caller; what is private goes to the log only.
  func failure(of error: any Error, doing what: String) -> Failure {
    switch error {
    case let failure as Failure: return failure
    case is DatabaseError, is DatabaseMoved:
      // The store logs faults, once and not for each request.
      if let fault = Fault(error) { return .fault(fault) }
      configuration.log("\(what): \(error)")
      return (error as? DatabaseError)?.isInterrupted == true ? .timeout : .internalError
    case let error as StoreReadOnly: return .readOnly(error.reason)
    case is StoreDamaged: return .damagedFile
    case is WriterStopped, is WriterOverloaded: return .busy
    case let error as IssueWriteError: return failure(ofWrite: error)
    case let error as GuideWriteError: return App.failure(ofGuide: error)
    case let error as BrokenSamples: return App.brokenSamples(error.mistakes)
    case let error as OutcomeError: return failure(ofOutcome: error)
    case let error as AccountError: return .account(error)
    default:
      configuration.log("\(what): \(error)")
      return .internalError
    }
  }
}

extension Caller {
  var isToken: Bool { if case .token = identity { true } else { false } }
}

/// Sizes that clients may rely on (docs/api.md).
package enum Limits {
  /// A body whose fields need no more; others get a multiple (`Operation.bodyLimit`).
  package static let body = 1_024 * 1_024
  /// A text to diagnose.
  package static let text = 32 * 1_024 * 1_024
  /// What a form adds around it.
  package static let formOverhead = 64 * 1_024
}
