/// What a file's name says of how its page is written.
package enum PageFormat: Sendable, Hashable, CaseIterable {
  case markdown, text, reStructuredText, asciiDoc, org, html

  /// Nil for what is no page: pictures, programs.
  package init?(path: String) {
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    let ending = name.split(separator: ".").count > 1 ? name.split(separator: ".").last! : ""
    switch ending {
    case "md", "markdown", "mkd", "mdown", "mkdn", "mdx": self = .markdown
    case "txt", "text": self = .text
    case "rst", "rest": self = .reStructuredText
    case "adoc", "asciidoc", "asc": self = .asciiDoc
    case "org": self = .org
    case "html", "htm", "xhtml": self = .html
    case ""
    where ["readme", "troubleshooting", "faq", "known_issues", "known-issues"].contains(name):
      self = .text
    default: return nil
    }
  }

  /// What it is called; nil for what may be Markdown.
  package var name: String? {
    switch self {
    case .markdown, .text: nil
    case .reStructuredText: "reStructuredText"
    case .asciiDoc: "AsciiDoc"
    case .org: "Org"
    case .html: "HTML"
    }
  }

  /// How to get Markdown from such a file, as a sentence's end.
  package func wayOut(_ path: String) -> String {
    let (file, target) = (shellQuoted(path), shellQuoted(PageFormat.stem(path) + ".md"))
    func pandoc(_ format: String) -> String {
      "turn it into Markdown first, e.g. with “pandoc -f \(format) -t gfm \(file) -o \(target)”"
    }
    switch self {
    case .markdown, .text: return "name it by itself if it is Markdown"
    case .reStructuredText: return pandoc("rst")
    case .asciiDoc:
      return "turn it into Markdown first, e.g. with “asciidoctor -b docbook -o - \(file) | "
        + "pandoc -f docbook -t gfm -o \(target)”"
    case .org: return pandoc("org")
    case .html: return pandoc("html")
    }
  }

  private static func stem(_ path: String) -> String {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let name = path.split(separator: "/").last ?? ""
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    return (folder + [stem]).joined(separator: "/")
  }
}
