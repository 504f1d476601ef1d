import HTTP
import JSON
import Markup
import Store

// `?only=fix`: the commands of the best fix and nothing else, for shells.

/// What a page may be cut down to.
enum Only: String, CaseIterable { case fix }

/// The commands of one fix. What should not be run without a look is commented out.
struct CommandsPage: Page {
  let fix: Fix?
  /// Why they are commented out.
  let caution: String?
  /// Where to read more.
  let path: String

  let title = "Commands"

  init(of fix: Fix?, caution: String? = nil, path: String) {
    self.fix = fix
    self.path = path
    self.caution =
      caution
      ?? (fix?.requiresApproval == true ? "Destructive: get someone's approval first." : nil)
  }

  var commands: [String] {
    (fix.map { Markdown.codeBlocks($0.text) } ?? []).compactMap { block in
      switch block.language.lowercased() {
      case "", "sh", "shell", "bash", "zsh": block.text
      case "console", "shell-session", "terminal": CommandsPage.typed(block.text)
      default: nil
      }
    }
  }

  /// What was typed in a session: the lines behind a prompt.
  private static func typed(_ session: String) -> String? {
    let lines = session.split(separator: "\n").compactMap { line -> Substring? in
      line.hasPrefix("$ ") || line.hasPrefix("# ") ? line.dropFirst(2) : nil
    }
    return lines.isEmpty ? nil : lines.map { $0 + "\n" }.joined()
  }

  func text(_ site: Site, width: Int) -> String {
    guard let fix else { return "# Not known: \(site.url(path))\n" }
    let commands = commands.joined()
    if commands.isEmpty { return "# No command in the best fix: \(site.url(path))#fix-\(fix.id)\n" }
    guard let caution else { return commands }
    return "# \(caution) \(site.url(path))#fix-\(fix.id)\n"
      + commands.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { "# \($0)\n" }.joined()
  }

  func json(_ site: Site) -> JSON {
    [
      "fix": fix.map { .integer($0.id) } ?? .null, "commands": commands.json,
      "caution": caution.json, "url": .string(site.url(path)),
    ]
  }

  func markdown(_ site: Site) -> String {
    "```sh\n\(text(site, width: 80))```\n"
  }

  func html(_ site: Site) -> HTML {
    "<h1>Commands</h1>\n\(.verbatim(text(site, width: 80)))\n<p><a href=\"\(path)\">The whole page</a></p>"
  }
}
