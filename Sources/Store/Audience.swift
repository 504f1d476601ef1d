import Diagnosis
import SQLite

/// Who may see a guide.
package struct Audience: Sendable, Equatable {
  /// How wide the circle is, from the widest.
  package enum Kind: String, Sendable, CaseIterable, Comparable {
    case anyone
    /// Whoever is signed in, and tokens.
    case members
    /// The people and roles named, and admins.
    case named

    package static func < (left: Kind, right: Kind) -> Bool {
      allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
  }

  package var kind: Kind
  /// Names of accounts; for `named` only.
  package var people: [String]
  /// Everyone with one of these roles; for `named` only. Admins need not be named.
  package var roles: [Role]

  package init(_ kind: Kind, people: [String] = [], roles: [Role] = []) {
    self.kind = kind
    self.people = people
    self.roles = roles
  }
}

extension Reading {
  /// Nil for a guide that may not be seen.
  package func audience(ofGuide id: Int) throws -> Audience? {
    guard
      let kind = try connection.first(
        "SELECT audience FROM guide WHERE id = \(id) AND \(visible("guide.id"))",
        { Audience.Kind(rawValue: $0.text(0)) ?? .named })
    else { return nil }
    guard kind == .named else { return Audience(kind) }
    let people = try connection.rows(
      """
      SELECT a.name FROM guide_reader r JOIN account a ON a.id = r.account_id
      WHERE r.guide_id = \(id) ORDER BY a.name
      """
    ) { $0.text(0) }
    let roles = try connection.rows("SELECT role FROM guide_role WHERE guide_id = \(id)") {
      Role(rawValue: $0.text(0))
    }
    return Audience(.named, people: people, roles: roles.compactMap { $0 }.sorted())
  }
}

extension Writing {
  /// Says who may see a guide from now on. Throws `AccountError.notFound` for a name without an
  /// account, `IssueWriteError.guideNotFound` for a guide that may not be seen.
  package func setAudience(_ audience: Audience, ofGuide slug: String) throws {
    guard let id = try reading.guideID(slug) else { throw IssueWriteError.guideNotFound(slug) }
    let isNamed = audience.kind == .named
    let people = try (isNamed ? audience.people : []).map { name in
      guard let account = try reading.anyAccount(named: name) else { throw AccountError.notFound }
      return account.id
    }
    let wasOpen =
      try connection.first("SELECT audience = 'anyone' FROM guide WHERE id = \(id)") { $0.bool(0) }
      ?? true
    try connection.execute("UPDATE guide SET audience = \(audience.kind.rawValue) WHERE id = \(id)")
    try connection.execute("DELETE FROM guide_reader WHERE guide_id = \(id)")
    try connection.execute("DELETE FROM guide_role WHERE guide_id = \(id)")
    for person in Set(people) {
      try connection.execute(
        "INSERT INTO guide_reader (guide_id, account_id) VALUES (\(id), \(person))")
    }
    for role in Set(isNamed ? audience.roles : []) where role != .admin {
      try connection.execute(
        "INSERT INTO guide_role (guide_id, role) VALUES (\(id), \(role.rawValue))")
    }
    let isOpen = audience.kind == .anyone
    if wasOpen != isOpen { try recountHiddenTerms(ofGuide: id, isHidden: !isOpen) }
    try audit("set audience \(audience.kind.rawValue)", subject: "guide \(slug)")
  }

  /// Counts anew what a guide adds to the counts of terms that not everyone may know.
  private func recountHiddenTerms(ofGuide id: Int, isHidden: Bool) throws {
    try flushTerms()
    try connection.execute("DELETE FROM hidden_term WHERE guide_id = \(id)")
    guard isHidden else { return }
    var counts: [String: Int] = [:]
    try connection.each(
      """
      SELECT x.tokens, x.vector FROM issue i JOIN issue_index x ON x.issue_id = i.id
      WHERE i.guide_id = \(id)
      """
    ) { row in
      for token in Set(row.text(0).split(separator: " ")) {
        counts[String(token), default: 0] += 1
      }
      counts[TermChanges.issueCount, default: 0] += 1
      counts[TermChanges.lengthSum, default: 0] += IssueVector(bytes: row.blob(1)).length
      return true
    }
    for (term, count) in counts {
      try connection.execute(
        "INSERT INTO hidden_term (guide_id, term, issues) VALUES (\(id), \(term), \(count))")
    }
  }
}
