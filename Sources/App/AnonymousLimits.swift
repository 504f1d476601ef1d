import HTTP
import Store

/// What the person who runs the server may limit for those without an account, by address and minute.
package enum AnonymousUse: String, Sendable, CaseIterable {
  case reads, searches, diagnoses

  /// What a request counts as; nil: as nothing here. Writes have a limit of their own.
  init?(_ route: Route) {
    if route.isOpen { return nil }
    if route.isDiagnose || route.pattern == "/diagnose/batch" {
      self = .diagnoses
    } else if route.pattern == "/search" || route.pattern == "/mcp" {
      self = .searches
    } else if route.method == .get || route.isOpenQuestion {
      self = .reads
    } else {
      return nil
    }
  }

  func limit(_ count: Int) -> RateLimit {
    RateLimit(name: "anonymous-\(rawValue)", count: count, seconds: 60)
  }
}

extension App {
  /// 429 for who has no account and asks too often, before anything is done for them.
  func refusal(of request: Request) -> Response? {
    guard isCounted(request), case .found(let match) = router.match(request),
      let use = AnonymousUse(match.route), let count = configuration.anonymousLimits[use],
      isAnonymous(request)
    else { return nil }
    do {
      try limiter.count(use.limit(count), of: client(of: request))
      return nil
    } catch {
      let site = site(of: anonymous(request), base: base(of: request))
      return problem(error, request, match.representation, site: site)
    }
  }

  /// Counts the further texts of one request; the first was counted with the request.
  func countDiagnoses(_ further: Int, _ context: Context) throws(Failure) {
    guard let count = configuration.anonymousLimits[.diagnoses], context.caller.isAnonymous,
      isCounted(context.request), further > 0
    else { return }
    let limit = AnonymousUse.diagnoses.limit(count)
    try limiter.count(limit, of: client(of: context.request), times: further)
  }

  /// Whether limits by address mean something: on a Unix socket only what a trusted proxy names does.
  func isCounted(_ request: Request) -> Bool {
    request.peer != .local || isFromTrustedProxy(request)
  }

  /// A wrong token is refused and counted elsewhere; a cookie may be one that has run out.
  private func isAnonymous(_ request: Request) -> Bool {
    if request.headers["Authorization"] != nil || proxyUser(of: request) != nil { return false }
    guard cookie(Cookies.session, of: request) != nil else { return true }
    return (try? site(for: request, makesAccounts: false))?.caller.isAnonymous ?? true
  }
}
