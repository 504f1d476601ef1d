import Diagnosis
import Guide
import SQLite
import Testing

@testable import Store

/// Who may see a guide, and that numbers do not tell of it either.
struct AudienceTests {
  private let base: Base
  private static let open =
    "# Open\n\n## S\n\n### One\n- **Fix**: mend the pump\n\n### Two\n- pump\n"
  private static let secret = "# Secret\n\n## S\n\n### Zebra\n- **Fix**: mend the zebra pump\n"

  init() throws {
    base = try Base()
    try base.load(Self.open)
    try base.load(Self.secret)
    try base.store.write(as: .system) { writing in
      for (name, role) in [("ada", Role.editor), ("bob", .reader), ("cyd", .reporter)] {
        _ = try writing.createAccount(name: name, role: role)
      }
    }
  }

  private func set(_ audience: Audience) throws {
    try base.store.write(as: .system) { try $0.setAudience(audience, ofGuide: "secret") }
  }

  private func sees(_ viewer: Viewer) throws -> Bool {
    try base.store.read(as: viewer) { try $0.guide("secret") != nil }
  }

  @Test func `people and roles are named`() throws {
    func viewers() throws -> [Bool] {
      try [
        .anyone, .member(account: 0), .member(account: 1), .member(account: 2),
        .member(account: 3), .system,
      ].map { try sees($0) }
    }
    #expect(try viewers() == [true, true, true, true, true, true])
    try set(Audience(.members))
    #expect(try viewers() == [false, true, true, true, true, true])
    try set(Audience(.named))
    #expect(try viewers() == [false, false, false, false, false, true])
    try set(Audience(.named, people: ["BOB"]))
    #expect(try viewers() == [false, false, false, true, false, true])
    try set(Audience(.named, people: ["bob"], roles: [.editor, .admin]))
    #expect(try viewers() == [false, false, true, true, false, true])
    let told = try base.store.read(as: .system) { try $0.audience(ofGuide: 2) }
    #expect(told == Audience(.named, people: ["bob"], roles: [.editor]))
    // A role is what the account has now.
    try base.store.write(as: .system) { try $0.setRole(.editor, ofAccount: 3) }
    #expect(try viewers() == [false, false, true, true, true, true])
    try set(Audience(.anyone))
    #expect(try viewers() == [true, true, true, true, true, true])
  }

  @Test func `who is not there can't be named, and nothing changes`() throws {
    #expect(throws: AccountError.notFound) { try set(Audience(.named, people: ["nobody"])) }
    #expect(try sees(.anyone))
    #expect(throws: IssueWriteError.self) {
      try base.store.write(as: Author(viewer: .anyone, name: "x")) {
        try $0.setAudience(Audience(.anyone), ofGuide: "nothing")
      }
    }
  }

  /// What scores are made of.
  private func numbers(_ base: Base, _ viewer: Viewer) throws -> [String] {
    try base.store.read(as: viewer) { reading in
      let corpus = try reading.corpus(guide: nil)!
      let tokens = Analyzer.tokens(of: "mend the zebra pump unicorn").map(\.text)
      return try corpus.frequencies(tokens).map { "\($0.key)=\($0.value)" }.sorted()
        + ["\(try corpus.issueCount())", "\(try corpus.averageLength())"]
    }
  }

  @Test func `counts of words are those of a base without the guide`() throws {
    let without = try Base()
    try without.load(Self.open)
    let all = try numbers(base, .system)
    try set(Audience(.named))
    #expect(try numbers(base, .anyone) == numbers(without, .anyone))
    #expect(try numbers(base, .member(account: 1)) == numbers(without, .anyone))
    #expect(try numbers(base, .system) == all)
    // Also after the hidden guide was written to.
    try base.store.write(as: .system) {
      _ = try $0.createIssue(
        guide: "secret", IssueText(title: "Unicorn", section: "S", markdown: "- unicorn zebra"),
        comment: "")
    }
    #expect(try numbers(base, .anyone) == numbers(without, .anyone))
    #expect(try numbers(base, .system) != all)
    let zebra = try base.issue("zebra").summary.id
    try base.store.write(as: .system) { try $0.deleteIssue(zebra, base: .any, comment: "") }
    #expect(try numbers(base, .anyone) == numbers(without, .anyone))
    // And nothing is left of it once it is open again.
    try set(Audience(.members))
    try set(Audience(.anyone))
    #expect(try numbers(base, .anyone) == numbers(base, .system))
    #expect(try base.count("SELECT count(*) FROM hidden_term") == 0)
  }
}
