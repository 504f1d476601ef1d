/// A Markdown file read as a guide: its bytes cut into spans, none lost.
///
/// Writing the spans in order gives the file's bytes again:
/// `head`, then for each section its `lead`, then for each of its issues
/// `lead`, `markdown`, `trail`.
package struct GuideFile: Sendable, Equatable {
  /// What kind of layout was recognised.
  package enum Layout: String, Sendable {
    /// `#` guide, `##` sections, `###` issues.
    case sections
    /// `#` guide, each `##` an issue.
    case issues
    /// The whole file is one issue (*Symptoms / Cause / Resolution* and cousins, or free-form).
    case single
  }

  package var layout: Layout
  package var title: String
  /// Bytes before the first section or issue: BOM, front matter, title, introduction, contents.
  package var head: String
  /// The introduction's Markdown, without title, front matter and table of contents.
  package var introduction: String
  /// Top-level scalar and list entries of the front matter, in order; lists joined by ", ".
  package var frontMatter: [Property]
  package var owner: String?
  package var escalate: String?
  package var license: String?
  package var attribution: String?
  package var sections: [GuideSection]
  /// What the reader understood and what it kept as plain text, by line.
  package var notes: [GuideNote]

  package init(
    layout: Layout, title: String, head: String = "", introduction: String = "",
    frontMatter: [Property] = [], owner: String? = nil, escalate: String? = nil,
    license: String? = nil, attribution: String? = nil, sections: [GuideSection] = [],
    notes: [GuideNote] = []
  ) {
    self.layout = layout
    self.title = title
    self.head = head
    self.introduction = introduction
    self.frontMatter = frontMatter
    self.owner = owner
    self.escalate = escalate
    self.license = license
    self.attribution = attribution
    self.sections = sections
    self.notes = notes
  }
}

/// key = value: of front matter, or an environment statement.
package struct Property: Sendable, Hashable {
  package var key: String
  package var value: String

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}

/// A section as it stands in its file, with its issues.
package struct GuideSection: Sendable, Equatable {
  /// Empty when the issues stand directly below the guide's title.
  package var title: String
  /// Heading line and introduction as they stand in the file; empty for an untitled section.
  package var lead: String
  package var owner: String?
  package var escalate: String?
  package var issues: [IssueSpan]

  package init(
    title: String, lead: String = "", owner: String? = nil, escalate: String? = nil,
    issues: [IssueSpan] = []
  ) {
    self.title = title
    self.lead = lead
    self.owner = owner
    self.escalate = escalate
    self.issues = issues
  }
}

/// One issue as it stands in its file.
package struct IssueSpan: Sendable, Equatable {
  package var title: String
  /// The heading line and blank lines below it (for `.single`: everything above the text).
  package var lead: String
  /// What stands under the heading, without blank lines at its ends.
  package var markdown: String
  /// White space from the end of `markdown` to the next span.
  package var trail: String
  /// Line of the file, counted from 1, at which `markdown` begins.
  package var line: Int

  package init(title: String, lead: String, markdown: String, trail: String, line: Int) {
    self.title = title
    self.lead = lead
    self.markdown = markdown
    self.trail = trail
    self.line = line
  }
}

/// What an importer has to say of a line of the file, counted from 1: no mistake.
package struct GuideNote: Sendable, Equatable {
  package var line: Int
  package var text: String

  package init(line: Int, text: String) {
    self.line = line
    self.text = text
  }
}

/// A file or an issue's text that cannot be taken as it is.
package struct GuideError: Error, Sendable, Equatable {
  /// Counted from 1.
  package var line: Int
  /// One sentence that names what is wrong and the way out.
  package var reason: String

  package init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }
}

/// What is read out of an issue's Markdown for search, pages and the API.
package struct IssueContent: Sendable, Equatable {
  package var symptoms: [Passage] = []
  package var causes: [Passage] = []
  package var fixes: [FixText] = []
  package var samples: [Sample] = []
  package var checks: [Check] = []
  package var aliases: [String] = []
  package var environment: [Property] = []
  package var owner: String?
  package var escalate: String?
  package var sources: [String] = []
  package var license: String?
  package var attribution: String?
  package var tags: [String] = []
  /// Other issues that a label names, then those that the text links to.
  package var links: [IssueLink] = []
  /// Everything else, as Markdown: kept, shown, searched.
  package var other: String = ""

  package init() {}
}

/// A piece of Markdown and the line of the issue's text, counted from 1, at which it begins.
package struct Passage: Sendable, Equatable {
  package var text: String
  package var line: Int

  package init(text: String, line: Int) {
    self.text = text
    self.line = line
  }
}

/// A fix as an issue's text tells it.
package struct FixText: Sendable, Equatable {
  package enum Kind: String, Sendable { case fix, workaround }
  package enum Risk: String, Sendable { case safe, disruptive, destructive }

  package var kind: Kind
  /// Markdown: the labelled text without its label, and what follows up to the next label.
  package var text: String
  package var verify: String?
  package var risk: Risk?
  package var line: Int

  package init(kind: Kind, text: String, verify: String? = nil, risk: Risk? = nil, line: Int) {
    self.kind = kind
    self.text = text
    self.verify = verify
    self.risk = risk
    self.line = line
  }
}

/// Lines that must (or must not) lead to this issue.
package struct Sample: Sendable, Equatable {
  package var text: String
  /// True for `not-sample`.
  package var negative: Bool
  package var line: Int

  package init(text: String, negative: Bool, line: Int) {
    self.text = text
    self.negative = negative
    self.line = line
  }
}

/// A named rule for a value, as written; `Rule` parses and runs it.
package struct Check: Sendable, Equatable {
  package var name: String
  package var rule: String
  package var line: Int

  package init(name: String, rule: String, line: Int) {
    self.name = name
    self.rule = rule
    self.line = line
  }
}
