import Diagnosis
import JSON
import Markup
import Store

/// What looks like a secret in a text that is kept as it was typed: told, never refused, since only
/// people know whether it is one.
struct LikelySecrets: Sendable {
  /// Lines told at most.
  private static let limit = 20

  private let isInTitle: Bool
  private let lines: [SuspectLine]

  init(title: String, markdown: String) {
    isInTitle = !SecretMasker.suspects(in: title).isEmpty
    lines = Array(SecretMasker.suspects(in: markdown).prefix(LikelySecrets.limit))
  }

  init(_ text: IssueText) { self.init(title: text.title, markdown: text.markdown) }

  static let none = LikelySecrets(title: "", markdown: "")

  var isEmpty: Bool { !isInTitle && lines.isEmpty }

  /// "The title", "line 3 (github-token)".
  private var places: [String] {
    (isInTitle ? ["the title"] : []) + lines.map { "line \($0.number) (\($0.kind))" }
  }

  /// One sentence for people, or nothing.
  var sentence: String? {
    isEmpty
      ? nil
      : "This looks like a secret: \(places.joined(separator: ", ")). "
        + "Whoever may read the issue can read it, in former revisions too."
  }

  /// Members of an answer's `warnings`.
  var warnings: [JSON] {
    let title: [JSON] = isInTitle ? [["detail": "The title looks like a secret."]] : []
    return title
      + lines.map {
        [
          "line": .integer($0.number), "secret": .string($0.kind),
          "detail": .string("Line \($0.number) looks like a secret (\($0.kind))."),
        ]
      }
  }

  var notice: HTML {
    sentence.map { "<p class=\"notice fail\" role=\"status\">\($0)</p>" } ?? ""
  }
}
