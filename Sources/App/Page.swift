package import HTTP
package import JSON
package import Markup
package import Store

/// What an operation answers with: one value, shown in whichever form was asked for.
package protocol Page: Sendable {
  /// Plain text, for the browser's title bar.
  var title: String { get }
  /// The body of the HTML page, inside `<main>`.
  func html(_ site: Site) -> HTML
  func json(_ site: Site) -> JSON
  func markdown(_ site: Site) -> String
  /// For a terminal of `width` columns.
  func text(_ site: Site, width: Int) -> String
  /// What the ETag begins with; nil for none.
  var revision: Int? { get }
  /// The search that it is counted as each time that it is shown, also out of the cache.
  var asked: AskedSearch? { get }
  /// Further things in the HTML head.
  func head(_ site: Site) -> HTML
}

extension Page {
  package var revision: Int? { nil }
  package var asked: AskedSearch? { nil }
  package func head(_ site: Site) -> HTML { "" }
  package func markdown(_ site: Site) -> String { text(site, width: 80) }
}

/// What pages know of the server and of who looks at them.
package struct Site: Sendable {
  /// "http://127.0.0.1:8080", without a slash at its end.
  package let base: String
  package let caller: Caller
  /// Forms may be sent without an account.
  package let openToAnyone: Bool
  package let now: Time
  /// The file that was asked without a server: lines for a terminal name it then.
  package var database: String?

  func url(_ path: String) -> String { base + uriEncoded(path) }
  func url(issue slug: String) -> String { url("/issues/" + slug) }

  /// A line for a terminal that records that a fix worked, with a token where one is needed.
  func recordLine(fix id: Int, diagnosis: String) -> String {
    if let database {
      return
        "fixbook report --db \(shellQuoted(database)) --diagnosis \(diagnosis) --fix \(id) --result worked\n"
    }
    return recordLine(fix: id, "/diagnoses/\(diagnosis)/outcomes")
  }

  /// The same for a report or an issue, by the address that takes outcomes.
  func recordLine(fix id: Int, _ path: String) -> String {
    curlLine("-d fix=\(id) -d result=worked", path)
  }

  /// A line for a terminal that leaves a report of what a diagnosis was about.
  func reportLine(diagnosis: String) -> String {
    if let database {
      return "fixbook report --db \(shellQuoted(database)) --diagnosis \(diagnosis)\n"
    }
    return curlLine("-d diagnosis=\(diagnosis)", "/reports")
  }

  /// A line for a terminal that says something about a report, with a token where one is needed.
  func curlLine(_ fields: String, _ path: String) -> String {
    let token = openToAnyone ? "" : "-H \"Authorization: Bearer $FIXBOOK_TOKEN\" "
    return "curl -s \(token)\(fields) \(url(path))\n"
  }

  /// May record outcomes through the page's forms.
  var mayReport: Bool { openToAnyone || caller.may(.report) }
  var mayEdit: Bool { caller.may(.edit) }
  var mayAdmin: Bool { caller.may(.admin) }
}

/// A word as sh(1) reads it back.
func shellQuoted(_ word: String) -> String {
  let isPlain = word.utf8.allSatisfy { byte in
    byte >= 0x80 || "/._-+=:@%".utf8.contains(byte) || (byte | 0x20) &- 0x61 < 26
      || byte &- 0x30 < 10
  }
  return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}

/// Who sends a request.
package struct Caller: Sendable, Hashable {
  package enum Identity: Sendable, Hashable {
    case anonymous
    case account(id: Int, name: String, role: Role)
    case token(id: Int, name: String, kind: SourceKind, account: Int?)
  }

  package let identity: Identity
  package let scopes: Set<Scope>
  /// How outcomes name this caller: stable, and says nothing about an anonymous person.
  package let reporter: String

  func may(_ scope: Scope) -> Bool { scopes.contains(scope) }

  /// Why a caller without that scope is refused.
  func lacks(_ scope: Scope) -> Failure {
    switch identity {
    case .anonymous: .unauthorized
    case .account(_, _, let role): .missingScope(scope, role: role)
    case .token: .missingScope(scope)
    }
  }

  var isAnonymous: Bool { identity == .anonymous }

  /// People's forms and tokens are `person`; MCP and agents' tokens `agent`.
  var source: SourceKind {
    switch identity {
    case .anonymous: .anonymous
    case .account: .person
    case .token(_, _, let kind, _): kind
    }
  }

  var viewer: Viewer {
    switch identity {
    case .anonymous: .anyone
    // Whoever decides who may see a guide may see it.
    case .account(let id, _, let role): role == .admin ? .system : .member(account: id)
    case .token(_, _, _, let account):
      scopes.contains(.admin)
        ? .system : account.map { .member(account: $0) } ?? .member(account: 0)
    }
  }

  var name: String {
    switch identity {
    case .anonymous: "anonymous"
    case .account(_, let name, _), .token(_, let name, _, _): name
    }
  }

  var author: Author { Author(viewer: viewer, name: name, identity: auditIdentity) }

  /// Names may be alike, and a token of an account is not its owner at the keyboard.
  private var auditIdentity: String {
    switch identity {
    case .anonymous: ""
    case .account(let id, _, _): "account:\(id)"
    case .token(let id, _, _, _): "token:\(id)"
    }
  }
}

/// What was asked for is at another address, for good.
struct Elsewhere: Error {
  /// Path and query, encoded.
  let address: String
}

/// What a handler gives back.
package enum Reply: Sendable {
  case page(any Page, status: Status = .ok, headers: [HeaderFields.Field] = [])
  /// Bytes that are no page: assets, feeds, exports. With `cacheable` they get an ETag.
  case bytes([UInt8], type: String, headers: [HeaderFields.Field] = [])
  /// A message of a protocol of its own, or nothing (MCP).
  case message(Status, JSON?, headers: [HeaderFields.Field] = [])
  case redirect(Status, to: String, headers: [HeaderFields.Field] = [])
  /// Runs inside a write transaction; its reply is sent once the commit is on disk.
  case write(@Sendable (Writing) throws -> Reply)
}
