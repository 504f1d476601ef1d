extension Heading {
  /// The title of a page that holds many issues: *Known issues*, *errors.md*, *FAQ*.
  static func namesMany(_ title: String) -> Bool {
    let words = words(title)
    guard let first = words.first, let last = words.last else { return false }
    return manyFirst.contains(first) || many.contains(last) || words.contains("troubleshooting")
  }

  /// The title of a list of problems, on a page about them or on one about something else:
  /// *Troubleshooting*, *Common errors*.
  static func namesTroubles(_ title: String) -> Bool {
    let words = words(title)
    guard let first = words.first, let last = words.last, words.count <= 4 else { return false }
    return words.contains { $0 == "troubleshooting" || $0 == "troubleshoot" }
      || lists.contains(last) || (manyFirst.contains(first) && many.contains(last))
  }

  /// A chapter that manuals have, and lists of problems do not: *Installation*, *Usage*, *License*.
  static func namesManual(_ title: String) -> Bool {
    words(title).prefix(3).contains(where: manual.contains)
  }

  private static func words(_ title: String) -> [String] {
    title.lowercased().split { !$0.isLetter && $0 != ":" }.map(String.init)
  }

  private static let manyFirst: Set = ["known", "common", "frequent", "frequently", "typical"]
  private static let many: Set = [
    "issues", "errors", "problems", "faq", "faqs", "pitfalls", "gotchas", "messages", "warnings",
    "failures", "questions", "fixes", "notes", "runbook", "runbooks", "guide",
  ]
  private static let manual: Set = [
    "install", "installation", "installing", "usage", "features", "setup", "requirements",
    "prerequisites", "license", "contributing", "development", "configuration", "quickstart",
    "started", "start", "deploy", "deployment", "updating", "architecture", "overview",
  ]
  private static let lists: Set = ["faq", "faqs", "pitfalls", "gotchas"]
}
