import Guide
import SQLite

// What leads to an issue: its slug, the slugs it had, its id, its title, an alias.

/// What a slug leads to.
package enum SlugTarget: Sendable, Equatable {
  case issue(Int)
  /// A former name; the current one is given.
  case moved(Int, to: String)
}

extension Reading {
  /// Looks an issue up by slug, former slug or id. Like the slugs of a merged issue its id leads to
  /// the other one.
  package func issueID(named name: String) throws -> SlugTarget? {
    if let id = Reading.issueID(name) {
      return try connection.first(
        """
        WITH RECURSIVE merged (id, target) AS (
          SELECT id, merged_into FROM issue WHERE id = \(id)
          UNION
          SELECT n.id, n.merged_into FROM merged m JOIN issue n ON n.id = m.target)
        SELECT i.id, i.slug FROM merged m JOIN issue i ON i.id = m.id
        WHERE m.target IS NULL AND i.deleted_at IS NULL AND \(visible("i.guide_id"))
        """
      ) { SlugTarget.moved($0.int(0), to: $0.text(1)) }
    }
    return try connection.first(
      """
      SELECT i.id, i.slug FROM slug s JOIN issue i ON i.id = s.issue_id
      WHERE s.slug = \(name) AND i.deleted_at IS NULL AND \(visible("i.guide_id"))
      """
    ) { row -> SlugTarget in
      row.text(1) == name ? .issue(row.int(0)) : .moved(row.int(0), to: row.text(1))
    }
  }

  /// The issue of that slug, title or alias, without regard to case; its slug. An alert's name
  /// ("KubePodCrashLooping") finds the title that says the same in words, too.
  package func issue(called name: String) throws -> String? {
    for title in [name, wordsOfName(name)] {
      switch try issueID(named: slug(of: title)) {
      case .issue(let id), .moved(let id, _): return try summaries([id]).first?.slug
      case nil: break
      }
    }
    // The second condition names the partial index, word for word.
    return try connection.first(
      """
      SELECT i.slug FROM passage p JOIN issue i ON i.id = p.issue_id
      WHERE p.kind = 'alias' AND p.kind IN ('tag', 'alias') AND p.text = \(name) COLLATE NOCASE AND i.deleted_at IS NULL
        AND \(visible("i.guide_id")) LIMIT 1
      """
    ) { $0.text(0) }
  }
}

extension Writing {
  /// A slug for the issue's new title; the former one goes on leading to it.
  func takeSlug(for title: String, issue id: Int) throws -> String {
    let slug = try freeSlug(title, ofIssue: id)
    try connection.execute(
      "INSERT INTO slug (slug, issue_id) VALUES (\(slug), \(id)) ON CONFLICT DO NOTHING")
    return slug
  }

  /// A slug for the title that no other issue has or had: the first number that is free, or the issue's own.
  func freeSlug(_ title: String, ofIssue id: Int? = nil) throws -> String {
    let wanted = slug(of: title)
    let free = try freeNumber(of: wanted)
    guard let own = try id.flatMap({ try ownNumber(of: wanted, issue: $0) }), own <= free ?? own
    else {
      return free.map { numbered(wanted, $0) }
        ?? "\(wanted)-\(Secrets.identifier(length: 8))"
    }
    return numbered(wanted, own)
  }

  /// The first number under which no issue has that slug; nil when all are taken.
  private func freeNumber(of wanted: String) throws -> Int? {
    var number = takenSlugs.counts[wanted, default: 0] + 1
    while number <= slugNumbers {
      let isTaken = try connection.first(
        "SELECT 1 FROM slug WHERE slug = \(numbered(wanted, number))", { _ in true })
      guard isTaken == true else { break }
      number += 1
    }
    takenSlugs.counts[wanted] = number - 1
    return number <= slugNumbers ? number : nil
  }

  /// The first number under which the issue has or had that slug.
  private func ownNumber(of wanted: String, issue id: Int) throws -> Int? {
    let slugs = Set(
      try connection.rows("SELECT slug FROM slug WHERE issue_id = \(id)") { $0.text(0) })
    return slugs.compactMap { slug in
      if slug == wanted { return 1 }
      guard slug.hasPrefix(wanted + "-"), let number = Int(slug.dropFirst(wanted.utf8.count + 1)),
        2...slugNumbers ~= number, numbered(wanted, number) == slug
      else { return nil }
      return number
    }.min()
  }

  private func numbered(_ wanted: String, _ number: Int) -> String {
    number == 1 ? wanted : "\(wanted)-\(number)"
  }
}

/// Issues of one title whose slugs are numbered; more are unheard of.
private let slugNumbers = 10_000

/// How many numbers of a slug one transaction has seen taken, from the first on. A slug never becomes free,
/// so that thousands of issues of one title need not ask for each number before theirs.
final class TakenSlugs {
  var counts: [String: Int] = [:]
}

/// "KubePodOOMKilled" → "Kube Pod OOM Killed".
func wordsOfName(_ name: String) -> String {
  let letters = Array(name)
  var words = ""
  for (place, letter) in letters.enumerated() {
    let before = place > 0 ? letters[place - 1] : " "
    let next = place + 1 < letters.count ? letters[place + 1] : " "
    if letter.isUppercase,
      before.isLowercase || before.isNumber || before.isUppercase && next.isLowercase
    {
      words.append(" ")
    }
    words.append(letter)
  }
  return words
}
