import Foundation
import Testing

/// Words that stand where they belong: SQL in the store, HTML in the pages.
struct LiteralTests {
  @Test func `SQL is written only in Store and SQLite`() throws {
    for file in Package.files(below: "Sources", suffix: ".swift")
    where !file.hasPrefix("Store/") && !file.hasPrefix("SQLite/") {
      for literal in literals(try Package.text("Sources/" + file)) {
        #expect(!looksLikeSQL(literal), "Sources/\(file): \(literal.prefix(80))")
      }
    }
  }

  @Test func `HTML is written only in App and Markup`() throws {
    for file in Package.files(below: "Sources", suffix: ".swift")
    where !file.hasPrefix("App/") && !file.hasPrefix("Markup/") {
      for literal in literals(try Package.text("Sources/" + file)) {
        // The reader of Markdown knows where raw HTML ends (CommonMark 0.31 §4.6), and what folds.
        if file.hasPrefix("Guide/"), readHTML.contains(literal) { continue }
        #expect(!looksLikeHTML(literal), "Sources/\(file): \(literal.prefix(80))")
      }
    }
  }

  @Test(arguments: [
    ("SELECT id FROM issue", true), ("  insert\n INTO t", false),
    ("INSERT INTO t VALUES (1)", true),
    ("UPDATE issue SET title = $1", true), ("DELETE FROM t", true), ("CREATE TABLE t (x)", true),
    ("PRAGMA user_version", true), ("Select one of these from the list", false), ("DELETE", false),
    ("UPDATE", false),
  ])
  func `SQL is told from words`(text: String, isSQL: Bool) { #expect(looksLikeSQL(text) == isSQL) }

  @Test(arguments: [
    ("<p>Hello</p>", true), ("see </main>", true), ("<input name=\"q\">", true),
    ("a < b and c > d", false), ("fixbook export > guide.md", false), ("<id>", false),
    ("length < 3", false),
  ])
  func `HTML is told from words`(text: String, isHTML: Bool) {
    #expect(looksLikeHTML(text) == isHTML)
  }

  @Test func `literals are found in code and not in comments`() {
    let source = #"""
      // a "comment" here
      let a = "one \"two\" \(call("three")) four"
      let b = """
        five "six"
        """  // "seven"
      let c = #"eight "nine" "#
      /* "ten" */
      """#
    let found = literals(source)
    #expect(found.contains { $0.contains("one") && $0.contains("four") })
    #expect(found.contains { $0.contains("five \"six\"") })
    #expect(found.contains { $0.contains("eight \"nine\"") })
    #expect(
      !found.contains { $0.contains("comment") || $0.contains("seven") || $0.contains("ten") })
  }
}

private let readHTML: Set = [
  "</script>", "</pre>", "</style>", "</textarea>", "</summary>", "</details>", "<code>", "</code>",
]

private func looksLikeSQL(_ text: String) -> Bool {
  text.contains(
    /\bSELECT\b[^.]*\b(FROM|count|\*|\()|\bINSERT INTO\b|\bUPDATE \w+ SET\b|\bDELETE FROM\b|\bCREATE (TABLE|INDEX)\b|\bPRAGMA\b/
  )
}

/// Elements that a page is made of; `<id>` in a message is a placeholder.
private func looksLikeHTML(_ text: String) -> Bool {
  text.contains(
    /<\/?(a|p|h[1-6]|div|span|ul|ol|li|pre|code|form|input|button|label|main|header|footer|nav|section|table|tr|td|th|head|body|html|link|meta|script|style|mark|strong|em|textarea|details|summary|svg)(\s[^>]*)?>/
  )
}

/// The string literals of a Swift text, nested ones as part of the outer one.
func literals(_ source: String) -> [String] {
  var found: [String] = []
  let characters = Array(source.unicodeScalars)
  var index = 0
  func starts(_ text: String, at place: Int) -> Bool {
    let scalars = Array(text.unicodeScalars)
    return place + scalars.count <= characters.count
      && Array(characters[place..<place + scalars.count]) == scalars
  }
  while index < characters.count {
    if starts("//", at: index) {
      while index < characters.count, characters[index] != "\n" { index += 1 }
    } else if starts("/*", at: index) {
      while index < characters.count, !starts("*/", at: index) { index += 1 }
      index += 2
    } else if characters[index] == "\"" || (characters[index] == "#" && isRaw(at: index)) {
      found.append(literal())
    } else {
      index += 1
    }
  }
  return found

  func isRaw(at place: Int) -> Bool {
    var place = place
    while place < characters.count, characters[place] == "#" { place += 1 }
    return place < characters.count && characters[place] == "\""
  }

  /// Reads the literal that begins at `index`, interpolations included.
  func literal() -> String {
    var hashes = ""
    while characters[index] == "#" {
      hashes += "#"
      index += 1
    }
    let quote = starts("\"\"\"", at: index) ? "\"\"\"" : "\""
    index += quote.count
    let start = index
    while index < characters.count, !starts(quote + hashes, at: index) {
      if starts("\\" + hashes + "(", at: index) {
        index += 2 + hashes.count
        var depth = 1
        while index < characters.count, depth > 0 {
          if characters[index] == "\"" {
            _ = literal()
            continue
          }
          if characters[index] == "(" { depth += 1 }
          if characters[index] == ")" { depth -= 1 }
          index += 1
        }
      } else {
        index += characters[index] == "\\" && hashes.isEmpty ? 2 : 1
      }
    }
    let end = min(index, characters.count)
    index = end + quote.count + hashes.count
    return String(String.UnicodeScalarView(characters[start..<end]))
  }
}
