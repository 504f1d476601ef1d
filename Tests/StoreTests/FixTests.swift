import Guide
import SQLite
import Testing

@testable import Store

/// Names of fixes before and after an edit: which of the new ones is which old one.
private struct IdentityCase: Sendable, CustomTestStringConvertible {
  let name: String
  let old: [String]
  let new: [String]
  /// For each new fix the index of the old one; nil: a new fix.
  let same: [Int?]
  var testDescription: String { name }
}

private let restart = "Restart the server and wait a minute"
private let cache = "Delete the cache directory, then build again"
private let upgrade = "Upgrade to version seven"

private let identities = [
  IdentityCase(
    name: "nothing changed", old: [restart, cache], new: [restart, cache], same: [0, 1]),
  IdentityCase(
    name: "one edited", old: [restart, cache], new: [restart + " or two", cache], same: [0, 1]),
  IdentityCase(
    name: "both edited", old: [restart, cache], new: [restart + " or two", "First " + cache],
    same: [0, 1]),
  IdentityCase(
    name: "reordered", old: [restart, cache, upgrade], new: [upgrade, restart, cache],
    same: [2, 0, 1]),
  IdentityCase(name: "two swapped", old: [restart, cache], new: [cache, restart], same: [1, 0]),
  IdentityCase(
    name: "swapped and edited", old: [restart, cache],
    new: [
      "Delete the cache directory, then build once again", "Restart the server and wait one minute",
    ], same: [1, 0]),
  IdentityCase(name: "the first removed", old: [restart, cache], new: [cache], same: [1]),
  IdentityCase(
    name: "one put in front", old: [restart, cache], new: [upgrade, restart, cache],
    same: [nil, 0, 1]),
  IdentityCase(
    name: "one replaced at its place", old: [restart, cache], new: [restart, upgrade], same: [0, 1]),
  IdentityCase(name: "the only one replaced", old: [restart], new: [upgrade], same: [0]),
  IdentityCase(
    name: "two replaced", old: [restart, cache], new: [upgrade, "Ask the vendor"], same: [nil, nil]),
  IdentityCase(
    name: "one replaced, another place", old: [restart, cache, upgrade],
    new: ["Ask the vendor", restart, cache], same: [nil, 0, 1]),
  IdentityCase(
    name: "split in two", old: [restart], new: ["Restart the server and wait", "wait a minute"],
    same: [0, nil]),
  IdentityCase(name: "a twin", old: [restart], new: [restart, restart], same: [0, nil]),
  IdentityCase(name: "twins", old: [restart, restart], new: [restart, restart], same: [0, 1]),
  IdentityCase(
    name: "the greater overlap wins, not the first", old: ["alpha beta gamma delta"],
    new: ["alpha beta gamma other words", "alpha beta gamma delta epsilon"], same: [nil, 0]),
  IdentityCase(
    name: "equal text wins over likeness", old: ["alpha beta gamma", "alpha beta gamma delta"],
    new: ["alpha beta gamma delta", "alpha beta gamma"], same: [1, 0]),
]

/// Text before and after; whether the text and whether its code changed.
private let changes: [(String, String, Bool, Bool)] = [
  // Without commands the words say whether it is the same.
  (restart, "Wait for the night and restart nothing", true, true),
  (restart, restart + " or two", true, false),
  ("Run `a b`", "Now run `a b`", true, false),
  ("Run `a b`", "Run `a c`", true, true),
  (
    "Run it:\n\n```sh\na\n```\n\nThen wait.", "Run it now:\n\n```sh\na\n```\n\nThen wait\na while.",
    true, false
  ),
  ("Run it:\n\n```sh\na\n```", "Run it:\n\n```sh\nb\n```", true, true),
  ("Run it:\n\n~~~sh\na\n~~~", "Run it:\n\n~~~sh\nb\n~~~", true, true),
  ("Run it:\n\n        a\n", "Run it:\n\n        b\n", true, true),
  ("Run it:\n\n```sh\na\n```", "Run it:", true, true),
  ("First line\nsecond line", "First line\nother second line", true, false),
  ("Costs 5` of it", "Costs 6` of it", true, false),
  ("Run ``a`b``", "Run ``a`c``", true, true),
]

struct FixIdentityTests {
  private let base: Base

  init() throws { base = try Base() }

  private func text(_ fixes: [String]) -> String {
    "- seen" + fixes.map { "\n- **Fix**: \($0)" }.joined()
  }

  private func ids() throws -> [Int] {
    try base.issue("one").fixes.sorted { ($0.position ?? 0) < ($1.position ?? 0) }.map(\.id)
  }

  @Test(arguments: identities)
  private func `a fix keeps its id through an edit`(example: IdentityCase) throws {
    try base.load(guideText("Guide", [("One", text(example.old))]))
    let before = try ids()
    try base.edit("one", markdown: text(example.new))
    try expect(example, before, try ids())
  }

  @Test(arguments: identities)
  private func `a fix keeps its id through an import`(example: IdentityCase) throws {
    try base.load(guideText("Guide", [("One", text(example.old))]))
    let before = try ids()
    try base.load(guideText("Guide", [("One", text(example.new))]))
    try expect(example, before, try ids())
  }

  private func expect(_ example: IdentityCase, _ before: [Int], _ after: [Int]) throws {
    try #require(after.count == example.new.count)
    #expect(after.map { before.firstIndex(of: $0) } == example.same, "\(example.name)")
    #expect(Set(after).count == after.count)
  }

  @Test func `a removed fix returns with its id, and its id is given to no other`() throws {
    try base.load(guideText("Guide", [("One", text([restart, cache]))]))
    let before = try ids()
    try base.edit("one", markdown: text([restart]))
    #expect(try ids() == [before[0]])
    // A removed fix can still be looked at.
    let removed = try base.store.read(as: .anyone) { try $0.fix(before[1]) }
    #expect(removed?.position == nil)
    #expect(removed?.text == cache)
    try base.edit("one", markdown: text([restart, upgrade]))
    let third = try ids()[1]
    #expect(third > before[1])
    try base.edit("one", markdown: text([cache, restart]))
    #expect(try ids() == [before[1], before[0]])
  }

  @Test func `a fix that went and came in one edit of a longer text keeps apart from new ones`()
    throws
  {
    try base.load(guideText("Guide", [("One", text([restart, cache]))]))
    let before = try ids()
    try base.edit("one", markdown: text([upgrade]))
    try base.edit("one", markdown: text([upgrade, cache, restart]))
    let after = try ids()
    #expect(after[1...] == [before[1], before[0]])
  }

  @Test func `a fix that was edited and removed returns with its first text`() throws {
    try base.load(guideText("Guide", [("One", text([restart, cache]))]))
    let before = try ids()
    let edited = "Delete the cache directory of the builder, then build again"
    try base.edit("one", markdown: text([restart, edited]))
    #expect(try ids() == before)
    try base.edit("one", markdown: text([restart]))
    try base.edit("one", markdown: text([restart, upgrade]))
    let third = try ids()[1]
    try base.edit("one", markdown: text([restart, cache]))
    #expect(try ids() == before)
    try base.edit("one", markdown: text([restart, edited, upgrade]))
    #expect(try ids() == before + [third])
  }

  @Test func `a fix rewritten whole goes back to its own text under its own id`() throws {
    try base.load(guideText("Guide", [("One", text([restart, cache]))]))
    let before = try ids()
    try base.edit("one", markdown: text([upgrade, cache]))
    try base.edit("one", markdown: text([cache, restart]))
    #expect(try ids() == before.reversed())
  }

  @Test func `other issues' fixes of the same text are others`() throws {
    try base.load(guideText("Guide", [("One", text([restart])), ("Two", text([restart]))]))
    #expect(try base.issue("one").fixes[0].id != base.issue("two").fixes[0].id)
  }

  @Test(arguments: changes)
  private func `a text tells to do the same while its commands stay`(
    old: String, new: String, textChanges: Bool, codeChanges: Bool
  ) throws {
    #expect(isSameProcedure(old, new) == !codeChanges)
    try base.load(guideText("Guide", [("One", text([old]))]))
    try base.edit("one", markdown: text([new]))
    #expect(try base.issue("one").fixes[0].textRevision == (textChanges ? 2 : 1))
  }

  @Test func `an edit elsewhere in the issue leaves a fix's revisions alone`() throws {
    try base.load(guideText("Guide", [("One", text([restart]))]))
    try base.edit("one", markdown: "- something else\n" + text([restart]))
    let fix = try base.issue("one").fixes[0]
    #expect(fix.textRevision == 1)
  }

  @Test func `kind, risk and verification are read and kept in step`() throws {
    try base.load(
      guideText(
        "Guide",
        [
          (
            "One",
            "- **Workaround**: wait\n- **Verify**: it runs\n- **Risk**: destructive\n- **Fix**: mend"
          )
        ]))
    let fixes = try base.issue("one").fixes
    #expect(fixes.map(\.kind) == [.workaround, .fix])
    #expect(fixes.map(\.risk) == [.destructive, nil])
    #expect(fixes.map(\.verify) == ["it runs", nil])
    try base.edit("one", markdown: "- **Fix**: wait\n- **Risk**: safe\n- **Fix**: mend")
    #expect(try base.issue("one").fixes.map(\.risk) == [.safe, nil])
    #expect(try base.issue("one").fixes.map(\.verify) == [nil, nil])
    #expect(try base.issue("one").fixes.map(\.kind) == [.fix, .fix])
  }
}
