import HTTP
import Store
import Synchronization
import Threads

/// Which results of the answers that pages showed lately were opened, told by the `Referer` that a
/// browser sends to its own site anyway: the address of the answer. So nothing is added to links or
/// pages, and pages come from the cache as before (docs/evidence.md).
///
/// In memory, bounded, and without people: an answer's address, and the issues it led to.
final class Openings: Sendable {
  /// An issue that an answer shows.
  struct Result: Sendable {
    let slug: String
    let id: Int

    init(_ issue: IssueSummary) {
      slug = issue.slug
      id = issue.id
    }
  }

  private struct Answer: Sendable {
    let subject: String
    let issues: [Result]
    var opened: Set<Int> = []
  }

  /// Answers of one address that are remembered: several people may ask the same.
  private static let answersOfOne = 8
  private let recent = Mutex(Recent<String, [Answer]>(limit: 1_024 * 1_024))

  /// Remembers an answer that is shown at an address.
  func show(_ issues: [Result], at target: String, subject: String) {
    guard !issues.isEmpty, target.utf8.count <= 2_048 else { return }
    let answer = Answer(subject: subject, issues: issues)
    recent.withLock { recent in
      var answers = recent.value(for: target) ?? []
      // A page that is loaded again is the same answer.
      if answers.contains(where: { $0.subject == subject }) { return }
      answers = answers.suffix(Openings.answersOfOne - 1) + [answer]
      let size = answers.reduce(target.utf8.count + 200) { size, answer in
        size + 100 + answer.issues.reduce(0) { $0 + $1.slug.utf8.count + 40 }
      }
      recent.insert(answers, for: target, size: size)
    }
  }

  /// An issue was opened from that address: which result of which answer that is, the first time.
  func open(_ slug: String, from target: String) -> Opening? {
    recent.withLock { recent in
      guard var answers = recent.value(for: target) else { return nil }
      for index in answers.indices.reversed() {
        guard let place = answers[index].issues.firstIndex(where: { $0.slug == slug }) else {
          continue
        }
        let answer = answers[index]
        let issue = answer.issues[place].id
        guard answers[index].opened.insert(issue).inserted else { continue }
        recent.replace(answers, for: target)
        return Opening(subject: answer.subject, issueID: issue, place: place + 1)
      }
      return nil
    }
  }
}

extension App {
  /// Notes that an issue's page is opened from an answer of this server.
  func noteOpening(_ request: Request) {
    guard request.method == .get, request.segments.count == 2, request.segments[0] == "issues",
      let referrer = request.headers["Referer"], request.headers["Sec-Purpose"] == nil,
      let target = ownTarget(of: referrer, request),
      let opening = openings.open(String(request.segments[1]), from: target)
    else { return }
    store.count(opening)
  }

  /// Path and query of an address, if it is one of this server.
  private func ownTarget(of referrer: String, _ request: Request) -> String? {
    guard let scheme = referrer.firstRange(of: "://"),
      let path = referrer[scheme.upperBound...].firstIndex(of: "/")
    else { return nil }
    let site = request.headers["Sec-Fetch-Site"]
    guard site == "same-origin" || (site == nil && isOwn(String(referrer[..<path]), request))
    else { return nil }
    return String(referrer[path...])
  }
}

/// The address that a browser names as where its next request comes from.
func target(of request: Request) -> String {
  request.rawPath + (request.rawQuery.map { "?" + $0 } ?? "")
}
