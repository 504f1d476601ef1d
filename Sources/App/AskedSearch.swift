import Diagnosis
import HTTP
import Store

/// A search as it is counted each time that it is answered, whether its page is made or kept: the same
/// for everyone who asks it.
package struct AskedSearch: Sendable {
  private let text: String
  private let template: String
  private let guide: String?
  private let channel: String
  private let results: [Openings.Result]
  /// How long the answer took.
  var milliseconds: Double

  init(_ input: SearchInput, _ page: SearchPage, channel: String, milliseconds: Double) {
    text = String(SecretMasker.mask(input.words).text.prefix(300))
    template = Template.of(text)
    guide = input.guide
    self.channel = channel
    results = page.results.map { Openings.Result($0.issue) }
    self.milliseconds = milliseconds
  }

  /// Bytes that it takes, about.
  var size: Int {
    results.reduce(text.utf8.count + template.utf8.count + 200) { $0 + $1.slug.utf8.count + 40 }
  }

  /// Only a browser tells what it opens.
  fileprivate var isPage: Bool { channel == "html" }

  fileprivate func question(of reporter: String, subject: String?) -> Question {
    Question(
      kind: .search, text: text, template: template, guide: guide, source: channel,
      reporter: reporter, verdict: nil, results: results.count, milliseconds: milliseconds,
      subject: subject)
  }

  fileprivate func show(at target: String, subject: String, _ openings: Openings) {
    openings.show(results, at: target, subject: subject)
  }
}

extension App {
  /// Counts a search that was just answered.
  ///
  /// - Parameter request: what asked for it, where a browser may go on from its answer.
  func count(_ asked: AskedSearch, of caller: Caller, _ request: Request? = nil) {
    var subject: String?
    if asked.isPage, let request {
      let name = Secrets.identifier()
      asked.show(at: target(of: request), subject: name, openings)
      subject = name
    }
    store.count(asked.question(of: caller.reporter, subject: subject))
  }
}
