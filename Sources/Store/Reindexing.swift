import Diagnosis
import SQLite

// The index holds what the analyzer of its day made of the issues. A program with another analyzer
// asks for other words, so what another version indexed is indexed anew: in small transactions, of
// which each is finished work, so that it may be cut short and goes on at the next start.

extension Store {
  /// Issues of one transaction: others may write between them.
  private static let batch = 100

  /// How many issues another version of the analyzer has indexed.
  package func outdatedIssues() throws -> Int {
    try read(as: .system) {
      try $0.connection.integer(
        """
        SELECT (SELECT count(*) FROM issue_index WHERE analyzer < \(Analyzer.version))
          + (SELECT count(*) FROM issue_index WHERE analyzer > \(Analyzer.version))
        """)
    }
  }

  /// Indexes them anew; returns how many there were. Blocks until it is done.
  @discardableResult
  package func reindexOutdated() throws -> Int {
    var done = 0
    while true {
      let count = try write(as: .system) { try $0.reindex(limit: Store.batch) }
      if count == 0 { return done }
      done += count
    }
  }
}

extension Writing {
  fileprivate func reindex(limit: Int) throws -> Int {
    let issues = try connection.rows(
      """
      SELECT i.id, i.guide_id, i.title, i.markdown, i.given FROM issue i
      WHERE i.id IN (
        SELECT issue_id FROM (SELECT issue_id FROM issue_index WHERE analyzer < \(Analyzer.version)
          LIMIT \(limit))
        UNION ALL
        SELECT issue_id FROM (SELECT issue_id FROM issue_index WHERE analyzer > \(Analyzer.version)
          LIMIT \(limit)))
      """
    ) {
      (
        id: $0.int(0), guide: $0.int(1), title: $0.text(2), markdown: $0.text(3),
        given: GivenContent(stored: $0.optionalText(4))
      )
    }
    terms.postings.isAnew = true
    for issue in issues {
      let content = try read(
        issue.markdown, title: issue.title, given: issue.given, isStrict: false)
      try index(issueID: issue.id, guideID: issue.guide, title: issue.title, content: content)
      try reindexSamples(ofIssue: issue.id)
    }
    return issues.count
  }

  private func reindexSamples(ofIssue id: Int) throws {
    try connection.execute(
      "DELETE FROM sample_shingle WHERE sample_id IN (SELECT id FROM sample WHERE issue_id = \(id))"
    )
    let samples = try connection.rows(
      "SELECT id, text FROM sample WHERE issue_id = \(id) ORDER BY position",
      { ($0.int(0), $0.text(1)) })
    for (sample, text) in samples { try saveShingles(ofSample: sample, text) }
  }

  /// The runs of words by which a sample is found.
  func saveShingles(ofSample id: Int, _ text: String) throws {
    for key in Set(Shingles.keys(ofSample: text)).sorted() {
      try connection.execute(
        "INSERT INTO sample_shingle (hash, sample_id) VALUES (\(key), \(id))")
    }
  }
}
