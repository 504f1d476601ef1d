import Guide
import Testing

@testable import Store

/// Merging two issues into one, and taking it back.
struct MergingTests {
  private static let guide = """
    # G

    ## S

    ### Cannot pull
    - the image is not pulled
    - **Fix**: push the image
    - **Fix**: grant the role

    ### Pull denied
    - denied
    - **Fix**: push the image
    - **Fix**: log in again
    - **Also seen as**: denied at pull

    ```sample
    pull access denied for app
    ```
    """

  @Test func `a merge moves reports, outcomes, fixes, words and addresses, and can be undone`()
    throws
  {
    let base = try Base()
    try base.load(Self.guide)
    let keep = try base.issue("cannot-pull")
    let gone = try base.issue("pull-denied")
    let (same, other) = (gone.fixes[0].id, gone.fixes[1].id)
    let reports = try base.store.write(as: .system) { writing in
      try [same, other].map { fix in
        let report = try writing.openReport(
          NewReport(text: "x", issueID: gone.summary.id, reporter: "a", source: .person))
        _ = try writing.record(
          NewOutcome(fixID: fix, result: .worked, reporter: "a", source: .person),
          forReport: report.id)
        return report.id
      }
    }
    _ = try base.store.write(as: Base.editor) {
      try $0.mergeIssue(gone.summary.id, into: keep.summary.id)
    }
    let merged = try base.issue("cannot-pull")
    #expect(try base.find("pull-denied")?.summary.id == keep.summary.id)
    #expect(merged.aliases.contains("Pull denied") && merged.aliases.contains("denied at pull"))
    #expect(merged.samples.map(\.text) == ["pull access denied for app"])
    #expect(Set(merged.fixes.map(\.id)) == Set(keep.fixes.map(\.id) + [other]))
    let evidence = Dictionary(
      uniqueKeysWithValues: merged.fixes.map { ($0.id, $0.evidence.worked) })
    #expect(evidence[keep.fixes[0].id] == 1)
    #expect(evidence[other] == 1)
    for id in reports {
      #expect(try base.store.read(as: .system) { try $0.report(id)?.issueID } == keep.summary.id)
    }

    _ = try base.store.write(as: Base.editor) { try $0.unmergeIssue(gone.summary.id) }
    let restored = try base.issue("pull-denied")
    #expect(restored.summary.id == gone.summary.id)
    #expect(Set(restored.fixes.map(\.id)) == [same, other])
    #expect(restored.fixes.allSatisfy { $0.evidence.worked == 1 })
    let left = try base.issue("cannot-pull")
    #expect(left.markdown == keep.markdown)
    #expect(left.fixes.allSatisfy { $0.evidence.tried == 0 })
    for id in reports {
      #expect(try base.store.read(as: .system) { try $0.report(id)?.issueID } == gone.summary.id)
    }
    #expect(try Store.verify(path: base.store.path) == [])
  }

  @Test func `an issue is not merged into itself or into one that is gone`() throws {
    let base = try Base()
    try base.load(Self.guide)
    let id = try base.issue("cannot-pull").summary.id
    #expect(throws: IssueWriteError.notFound) {
      try base.store.write(as: Base.editor) { try $0.mergeIssue(id, into: id) }
    }
    #expect(throws: IssueWriteError.notFound) {
      try base.store.write(as: Base.editor) { try $0.mergeIssue(id, into: 999) }
    }
  }

  @Test func `a suggestion is accepted with what changed since, or rejected with a reason`() throws
  {
    let base = try Base()
    try base.load(Self.guide)
    let issue = try base.issue("cannot-pull")
    let text = IssueText(
      title: issue.summary.title, section: issue.summary.section,
      markdown: issue.markdown + "\n- **Fix**: wait", revision: 1)
    let id = try base.store.write(as: Author(viewer: .anyone, name: "anonymous")) {
      try $0.suggest(
        issue: issue.summary.id, guide: "g", text, comment: "one more", reporter: "r")
    }
    _ = try base.store.write(as: Base.editor) { writing in
      try writing.updateIssue(
        issue.summary.id,
        IssueText(
          title: issue.summary.title, section: issue.summary.section,
          markdown: issue.markdown.replacing("not pulled", with: "never pulled")),
        base: .any, comment: "")
    }
    _ = try base.store.write(as: Base.editor) { writing in
      try writing.accept(try #require(try writing.reading.suggestion(id)))
    }
    let edited = try base.issue("cannot-pull")
    #expect(edited.markdown.contains("never pulled") && edited.markdown.contains("wait"))
    let queue = try base.store.read(as: .system) { try $0.suggestions(state: .open, limit: 10) }
    #expect(queue.isEmpty)
  }
}
