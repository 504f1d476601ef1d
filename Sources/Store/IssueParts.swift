import Diagnosis
import Guide
import SQLite

// What is read out of an issue's text, in tables of its own, and written again with it.

extension Writing {
  /// Reads an issue's text; arrays given beside it win.
  func read(
    _ markdown: String, title: String, given: GivenContent?, isStrict: Bool = true
  ) throws -> IssueContent {
    let reading = IssueContent.reading(markdown, title: title)
    if isStrict, let problem = reading.problems.first {
      throw IssueWriteError.malformed([problem])
    }
    var content = reading.content
    given?.apply(to: &content)
    return content
  }

  /// Writes the rows that are read out of the text, and the index.
  func save(
    _ content: IssueContent, issueID: Int, guideID: Int, title: String, revision: Int,
    savesChecks: Bool = true, savesFixes: Bool = true
  ) throws {
    try connection.execute(
      """
      UPDATE issue SET owner = \(content.owner), escalate = \(content.escalate),
        license = \(content.license), attribution = \(content.attribution) WHERE id = \(issueID)
      """)
    try connection.execute("DELETE FROM passage WHERE issue_id = \(issueID)")
    try passages("symptom", content.symptoms.map(\.text), issueID)
    try passages("cause", content.causes.map(\.text), issueID)
    try passages("alias", content.aliases, issueID)
    try passages("source", content.sources, issueID)
    try passages("tag", content.tags, issueID)
    try saveLinks(content.links, issueID: issueID)
    try connection.execute("DELETE FROM environment WHERE issue_id = \(issueID)")
    for (position, property) in content.environment.enumerated() {
      try connection.execute(
        """
        INSERT INTO environment (issue_id, position, key, value)
        VALUES (\(issueID), \(position), \(property.key), \(property.value))
        """)
    }
    if savesChecks { try saveChecks(content.checks, issueID: issueID) }
    try saveSamples(content.samples, issueID: issueID)
    if savesFixes { try saveFixes(content.fixes, ofIssue: issueID, revision: revision) }
    try index(issueID: issueID, guideID: guideID, title: title, content: content)
  }

  private func passages(_ kind: String, _ texts: [String], _ issueID: Int) throws {
    for (position, text) in texts.enumerated() {
      try connection.execute(
        """
        INSERT INTO passage (issue_id, kind, position, text)
        VALUES (\(issueID), \(kind), \(position), \(text))
        """)
    }
  }

  private func saveSamples(_ samples: [Sample], issueID: Int) throws {
    try connection.execute("DELETE FROM sample WHERE issue_id = \(issueID)")
    var position = 0
    for sample in samples {
      // Each line of a block stands for itself.
      for (offset, line) in sample.text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated() where line.contains(where: { $0.isLetter || $0.isNumber })
      {
        try connection.execute(
          """
          INSERT INTO sample (issue_id, position, line, text, negative)
          VALUES (\(issueID), \(position), \(sample.line + offset), \(String(line)),
            \(sample.negative))
          """)
        position += 1
        try saveShingles(ofSample: connection.lastInsertedID, String(line))
      }
    }
  }

  /// Reads an issue's text again into its parts and the index.
  func saveAgain(_ id: Int) throws {
    let row = try connection.first(
      "SELECT title, markdown, given, guide_id, revision FROM issue WHERE id = \(id)",
      { ($0.text(0), $0.text(1), $0.optionalText(2), $0.int(3), $0.int(4)) })
    guard let (title, markdown, given, guide, revision) = row else { return }
    let content = try read(
      markdown, title: title, given: GivenContent(stored: given), isStrict: false)
    try save(content, issueID: id, guideID: guide, title: title, revision: revision)
  }
}
