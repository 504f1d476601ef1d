import HTTP
import JSON
import Markup
import Store

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
    <script src="\(Assets.url("fixbook.js"))" defer></script>
    <link rel="icon" href="/favicon.ico" type="image/svg+xml">
    <link rel="alternate" type="application/atom+xml" title="Changes" href="/feed.atom">
    <link rel="search" type="application/opensearchdescription+xml" title="Fixbook" href="/opensearch.xml">
    \(page.head(site))
    </head>
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
    <a class="brand" href="/">\(mark)Fixbook</a>
    <nav aria-label="Main">
    \(navigation(site, request))
    </nav>
    </header>
    <main id="main" tabindex="-1">
    \(page.html(site))
    </main>
    <footer>
    <p>\(forms(page, request))<span class="nowrap">Paste the error.</span> <span class="nowrap">Get the fix that worked.</span></p>
    </footer>
    </body>
    </html>

    """
  }

  /// The drawing of `favicon.svg`, in the colour of the page.
  private static let mark: HTML = """
    <svg viewBox="0 0 32 32" aria-hidden="true"><path d="M8 25V9a3 3 0 0 1 3-3h13v20H9.5a1.5 1.5 0 0 1 0-4H24M12.5 13.5l3 3 5-6"/></svg>
    """

  private static func navigation(_ site: Site, _ request: Request) -> HTML {
    var links = [
      ("/diagnose", "Diagnose"), ("/search", "Search"), ("/guides", "Guides"),
      ("/recent", "Recent"), ("/help", "Help"),
    ]
    if case .account(_, let name, _) = site.caller.identity {
      links.append(("/account", name))
    } else {
      links.append((SignInPage.path(for: request), "Sign in"))
    }
    let anchors: [HTML] = links.map { path, name in
      let current: HTML = request.rawPath == path ? " aria-current=\"page\"" : ""
      return "<a href=\"\(path)\"\(current)>\(name)</a>"
    }
    return anchors.joined(separator: "\n")
  }

  /// Links to the other forms of the page, where it has an address of its own.
  private static func forms(_ page: any Page, _ request: Request) -> HTML {
    guard request.method == .get || request.method == .head, !(page is any HTMLOnly),
      !(page is ProblemPage), let path = App.stem(of: request)
    else { return "" }
    let query = request.rawQuery.map { "?" + $0 } ?? ""
    return """
      This page as <a rel="alternate" type="application/json" href="\(path).json\(query)">JSON</a>, \
      <a rel="alternate" type="text/markdown" href="\(path).md\(query)">Markdown</a> or \
      <a rel="alternate" type="text/plain" href="\(path).txt\(query)">plain text</a>. 
      """
  }
}

/// Pieces that several pages share.
extension HTML {
  /// A day, with the moment for programs.
  static func day(_ time: Time) -> HTML {
    "<time datetime=\"\(time.rfc3339)\">\(time.date)</time>"
  }

  /// A moment: "2026-05-03 14:05 UTC".
  static func moment(_ time: Time) -> HTML {
    "<time datetime=\"\(time.rfc3339)\">\(time.inWords)</time>"
  }

  /// Where an issue belongs: "guide › section".
  static func place(_ issue: IssueSummary) -> HTML {
    issue.section.isEmpty ? "\(issue.guideTitle)" : "\(issue.guideTitle) › \(issue.section)"
  }

  /// A box for words to search for.
  static func searchForm(_ label: String, query: String = "", guide: String? = nil) -> HTML {
    """
    <form action="/search" role="search" class="ask">
    <label for="q">\(label)</label>
    \(guide.map { "<input type=\"hidden\" name=\"guide\" value=\"\($0)\">" as HTML })
    <input id="q" name="q" type="search" value="\(query)"><button>Search</button>
    </form>
    """
  }

  /// Something that spans lines, word by word.
  static func verbatim(_ text: String) -> HTML { "<pre tabindex=\"0\"><code>\(text)</code></pre>" }
}

extension Time {
  /// "2026-05-03 14:05 UTC".
  var inWords: String { "\(date) \(rfc3339.dropFirst(11).prefix(5)) UTC" }
}

/// Editor, account and sign-in pages: they show no knowledge, so they have one form.
protocol HTMLOnly: Page {}

extension HTMLOnly {
  func json(_ site: Site) -> JSON { ["title": .string(title)] }
  func text(_ site: Site, width: Int) -> String {
    wrapped("\(title): open this page in a browser.", width)
  }
}
