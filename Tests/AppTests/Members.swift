import Foundation
import HTTP
import Store
import Testing

@testable import App

/// Someone who asks, and how the request says so.
struct Person: Sendable {
  let id: Int
  let name: String
  let session: String
  var cookie: (String, String) { ("Cookie", "fixbook_session=" + session) }
}

extension Server {
  /// An account with a session.
  func person(_ name: String, _ role: Role) throws -> Person {
    let (id, session) = try store.write(as: .system) { writing in
      let account = try writing.createAccount(name: name, role: role)
      return (account.id, try writing.createSession(account: account.id))
    }
    return Person(id: id, name: name, session: session)
  }

  /// A request as a browser sends it from a page of this server.
  func browse(
    _ method: String = "GET", _ target: String, as person: Person? = nil, form: String? = nil
  ) throws -> Reply {
    var headers = [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin")]
    if let person { headers.append(person.cookie) }
    if form != nil { headers.append(("Content-Type", "application/x-www-form-urlencoded")) }
    return try send(method, target, headers, body: Array((form ?? "").utf8))
  }

  func write<T: Sendable>(_ body: @escaping @Sendable (Writing) throws -> T) throws -> T {
    try store.write(as: .system, body)
  }

  /// The admin token of the environment.
  static let admin = "admin-secret"
}

extension Reply {
  /// Set-Cookie fields.
  var cookies: [String] { headers.all("Set-Cookie").map { String($0) } }
  var location: String? { headers["Location"] }
}
