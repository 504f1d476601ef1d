/// An issue's text as a form shows it: its parts by name, and the rest verbatim.
///
/// Only parts that can be exchanged by themselves are named; what the reader would understand in
/// another way when it stood alone (a label inside a list inside a fix) stays in `texts`. Removing a
/// part is emptying it, so that places say which part of the text a row is; rows behind the last are new.
package struct IssueForm: Sendable, Equatable {
  package struct Fix: Sendable, Equatable {
    package var kind: FixText.Kind
    package var text: String
    package var verify: String
    package var risk: FixText.Risk?

    package init(
      kind: FixText.Kind = .fix, text: String = "", verify: String = "", risk: FixText.Risk? = nil
    ) {
      self.kind = kind
      self.text = text
      self.verify = verify
      self.risk = risk
    }
  }

  package struct Sample: Sendable, Equatable {
    package var text: String
    package var negative: Bool

    package init(text: String = "", negative: Bool = false) {
      self.text = text
      self.negative = negative
    }
  }

  /// Labels whose values make one field.
  package enum List: String, Sendable, CaseIterable {
    case aliases, environment, owner, escalate, sources, tags
    case duplicateOf = "duplicate-of"
    case supersedes, related

    package init?(_ kind: IssueLink.Kind) {
      switch kind {
      case .duplicateOf: self = .duplicateOf
      case .supersedes: self = .supersedes
      case .related: self = .related
      case .mention: return nil
      }
    }

    var linkKind: IssueLink.Kind? {
      switch self {
      case .duplicateOf: .duplicateOf
      case .supersedes: .supersedes
      case .related: .related
      default: nil
      }
    }
  }

  package var symptoms: [String] = []
  package var causes: [String] = []
  package var fixes: [Fix] = []
  /// Each "name: rule".
  package var checks: [String] = []
  package var samples: [Sample] = []
  /// Tags stand on one line, separated by commas; of the others each line is one value.
  package var lists: [List: String] = [:]
  /// Markdown that is none of these.
  package var texts: [String] = []

  package init() {}

  package init(markdown: String) {
    self = IssueCut(markdown).form
  }

  /// One field, by the place of its row.
  package enum Field: Sendable, Hashable {
    case symptom(Int)
    case cause(Int)
    case fix(Int)
    case verify(Int)
    case risk(Int)
    case check(Int)
    case sample(Int)
    case list(List)
    case text(Int)

    /// As a form names it: "symptom-1".
    package var name: String {
      switch self {
      case .symptom(let row): "symptom-\(row + 1)"
      case .cause(let row): "cause-\(row + 1)"
      case .fix(let row): "fix-\(row + 1)"
      case .verify(let row): "verify-\(row + 1)"
      case .risk(let row): "risk-\(row + 1)"
      case .check(let row): "check-\(row + 1)"
      case .sample(let row): "sample-\(row + 1)"
      case .list(let list): list.rawValue
      case .text(let row): "text-\(row + 1)"
      }
    }
  }

  /// A field that can't be written as it was typed.
  package struct Mistake: Sendable, Equatable {
    /// nil: of the text between the fields.
    package var field: Field?
    package var reason: String
  }

  /// Writes the fields that differ into the text they were read from, and nothing else.
  ///
  /// - Returns: The new text, and what in it would not be read as it was meant.
  package func written(into markdown: String) -> (markdown: String, mistakes: [Mistake]) {
    var writer = IssueFormWriter(self, markdown)
    writer.write()
    return (writer.text, writer.mistakes)
  }
}

extension Array {
  /// A row, or nil where the form has none.
  subscript(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
