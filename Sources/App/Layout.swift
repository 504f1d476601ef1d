import HTTP
import JSON
import Markup

/// The frame of every HTML page: head, navigation, footer.
enum Layout {
  static func document(_ page: any Page, _ site: Site, request: Request) -> HTML {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(page.title) · Fixbook</title>
    <link rel="stylesheet" href="\(Assets.url("fixbook.css"))">
    <link rel="icon" href="/favicon.ico" type="image/svg+xml">
    <link rel="alternate" type="application/atom+xml" title="Changes" href="/feed.atom">
    <link rel="search" type="application/opensearchdescription+xml" title="Fixbook" href="/opensearch.xml">
    \(page.head(site))
    </head>
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
    <a class="brand" href="/">Fixbook</a>
    <nav aria-label="Main">
    <a href="/diagnose">Diagnose</a>
    <a href="/search">Search</a>
    <a href="/guides">Guides</a>
    <a href="/recent">Recent</a>
    <a href="/help">Help</a>
    \(account(site))
    </nav>
    </header>
    <main id="main" tabindex="-1">
    \(page.html(site))
    </main>
    <footer>
    <p>\(forms(page, request))Paste the error. Get the fix that worked.</p>
    </footer>
    </body>
    </html>

    """
  }

  private static func account(_ site: Site) -> HTML {
    if case .account(_, let name, _) = site.caller.identity {
      return "<a href=\"/account\">\(name)</a>"
    }
    return "<a href=\"/sign-in\">Sign in</a>"
  }

  /// Links to the other forms of the page, where it has an address of its own.
  private static func forms(_ page: any Page, _ request: Request) -> HTML {
    guard request.method == .get || request.method == .head, !(page is any HTMLOnly),
      !(page is ProblemPage)
    else { return "" }
    var path = request.rawPath
    if let form = Representation.allCases.first(where: { path.hasSuffix("." + $0.suffix) }) {
      path = String(path.dropLast(form.suffix.count + 1))
    }
    if path == "/" { path = "/index" }
    guard !path.hasSuffix("/") else { return "" }
    let query = request.rawQuery.map { "?" + $0 } ?? ""
    return """
      This page as <a rel="alternate" type="application/json" href="\(path).json\(query)">JSON</a>, \
      <a rel="alternate" type="text/markdown" href="\(path).md\(query)">Markdown</a> or \
      <a rel="alternate" type="text/plain" href="\(path).txt\(query)">plain text</a>. 
      """
  }
}

/// Editor, account and sign-in pages: they show no knowledge, so they have one form.
protocol HTMLOnly: Page {}

extension HTMLOnly {
  func json(_ site: Site) -> JSON { ["title": .string(title), "url": .string(site.base)] }
  func text(_ site: Site, width: Int) -> String {
    wrapped("\(title): open this page in a browser.", width)
  }
}
