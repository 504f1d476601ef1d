import HTTP
import Store

extension App {
  /// For alerts' runbook links: the issue of that title, slug, alias or alert name, else the search for it.
  /// Never a dead end.
  static func go(_ context: Context) throws -> Reply {
    let name = context.path[0]
    let slug = try context.read { try $0.issue(called: name) }
    if let slug { return .redirect(.found, to: "/issues/\(slug)\(context.suffix)") }
    return .redirect(.found, to: "/search\(context.suffix)?q=\(queryEncoded(name))")
  }

  /// A runbook link whose template had no name to put in.
  static func goNowhere(_ context: Context) throws -> Reply {
    .redirect(.found, to: "/search\(context.suffix)")
  }
}
