import HTTP
import JSON
import Markup
import Store

// The page for the person who runs the server.

extension App {
  static func admin(_ context: Context) throws -> Reply {
    try context.require(.admin)
    try context.query().finish()
    let store = context.store
    return .page(
      AdminPage(
        inventory: try store.inventory(), path: store.path, fault: store.faults.current,
        readOnlyReason: store.readOnlyReason, waitingWrites: store.waitingWrites,
        settings: context.app.configuration.shown),
      headers: privately)
  }
}

struct AdminPage: HTMLOnly {
  let inventory: Inventory
  let path: String
  let fault: Fault?
  let readOnlyReason: String?
  let waitingWrites: Int
  let settings: [(name: String, value: String, origin: String)]
  let title = "Administration"

  static func navigation(_ current: String) -> HTML {
    let links = [
      ("/admin", "Overview"), ("/admin/users", "Users"), ("/admin/tokens", "Tokens"),
      ("/admin/guides", "Who sees what"), ("/admin/webhooks", "Webhooks"),
      ("/admin/audit", "Audit log"),
    ]
    let anchors: [HTML] = links.map { path, name in
      "<a href=\"\(path)\"\(" aria-current=\"page\"", if: path == current)>\(name)</a>\n"
    }
    return "<nav aria-label=\"Administration\" class=\"crumbs\">\(anchors)</nav>"
  }

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin"))
    <h1>Administration</h1>
    <h2>Health</h2>
    \(table(health))
    <h2>Policies and settings</h2>
    <p>What holds, and where it came from. They are changed where the server is started.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Settings"><table>
    <thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
    <tbody>
    \(settings.map { "<tr><th scope=\"row\">\($0.name)</th><td>\($0.value.isEmpty ? "–" : $0.value)</td><td>\($0.origin)</td></tr>\n" as HTML })</tbody></table></div>
    <h2>What is stored</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="What is stored"><table>
    <thead><tr><th scope="col">What</th><th scope="col" class="right">How many</th><th scope="col">Kept</th></tr></thead>
    <tbody>
    \(inventory.counts.map { row($0) })</tbody></table></div>
    """
  }

  private var health: [(name: String, value: HTML)] {
    let state: HTML =
      if let readOnlyReason {
        "read only: \(readOnlyReason)"
      } else if let fault {
        "reads go on, writes are refused: \("\(fault)")"
      } else {
        "reads and writes"
      }
    let backup: HTML =
      inventory.lastBackup.map { .moment($0) }
      ?? "none made with <code>fixbook backup</code>"
    return [
      ("State", state),
      (
        "Database",
        "\(path), \(AdminPage.size(inventory.fileBytes)), of which \(AdminPage.size(inventory.freeBytes)) free"
      ),
      ("Write-ahead log", "\(AdminPage.size(inventory.logBytes))"),
      ("Last backup", backup),
      (
        "Search index",
        "\(counted(inventory.indexedIssues, "issue")); <code>fixbook verify</code> compares it word by word"
      ),
      ("Writes that wait", "\(waitingWrites)"),
      ("Version", "\(App.version)"),
    ]
  }

  private func table(_ rows: [(name: String, value: HTML)]) -> HTML {
    let rows: [HTML] = rows.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>\n" }
    return "<dl>\n\(rows)</dl>"
  }

  private func row(_ count: Inventory.Count) -> HTML {
    """
    <tr><th scope="row">\(count.noun.rawValue)</th><td class="right">\("more than ", if: count.isMore)\(count.number)</td><td>\(retention(count.noun))</td></tr>

    """
  }

  private func retention(_ noun: Inventory.Noun) -> String {
    switch noun {
    case .guides, .issues, .revisions, .suggestions, .changes, .outcomes:
      "for ever: nothing is destroyed by editing"
    case .reports: "for ever, unless its reporter or an editor deletes it"
    case .diagnoses: "90 days, longer while a report cites it"
    case .questions:
      "\(days("keep-questions") ?? 365) days: what gaps are made of, masked"
    case .accounts: "for ever: a disabled account keeps its name in history"
    case .sessions: "\(Lifetime.session / 86_400) days, or until signed out"
    case .tokens: "for ever; as hashes, with when they were used last"
    case .audit: days("keep-audit").map { "\($0) days" } ?? "for ever"
    }
  }

  /// A setting's days; nil for none.
  private func days(_ name: String) -> Int? {
    settings.first { $0.name == name }.flatMap { Int($0.value) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// "12 KiB", "3.4 MiB".
  static func size(_ bytes: Int) -> String {
    if bytes < 1_024 { return "\(bytes) bytes" }
    var value = Double(bytes) / 1_024
    var unit = "KiB"
    for next in ["MiB", "GiB", "TiB"] where value >= 1_024 {
      value /= 1_024
      unit = next
    }
    return value < 10 ? "\(rounded(value, 1)) \(unit)" : "\(Int(value.rounded())) \(unit)"
  }
}
