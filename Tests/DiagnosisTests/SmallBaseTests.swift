import Testing

@testable import Diagnosis

/// A team's first issues are found, although so few tell little of which words are rare.
@Suite("Small bases")
struct SmallBaseTests {
  private static let forge = MemoryCorpus.Issue(
    title: "Kiln Controller Lost Its Clock",
    samples: ["kilnd: clock drift exceeds 30 s, schedule suspended"],
    symptoms: ["Firing starts an hour late", "`kilnctl status` prints `clock drift`"],
    fixes: ["Set the clock with `kilnctl sync`"])
  private static let label = MemoryCorpus.Issue(
    title: "Label Printer Jams",
    symptoms: ["The label printer stops with `E-204 feed roller blocked`"],
    fixes: ["Clean the roller"])
  private static let stock = MemoryCorpus.Issue(
    title: "Stock Import Refuses a File",
    symptoms: ["`stockimport: unexpected column glaze_code in row 1`"],
    fixes: ["Save the sheet as CSV with the old columns"])

  private static let vpn = MemoryCorpus([
    MemoryCorpus.Issue(
      title: "VPN drops every hour", symptoms: ["The tunnel is gone after an hour"],
      fixes: ["Renew the lease with `vpnctl renew`"])
  ])
  private static let one = MemoryCorpus([forge])
  private static let two = MemoryCorpus([forge, label])
  private static let three = MemoryCorpus([forge, label, stock])

  @Test(
    "A message of an issue is known, alone and within a longer line",
    arguments: [
      (one, "kilnd: clock drift exceeds 45 s, schedule suspended", 1),
      (two, "kilnd: clock drift exceeds 45 s, schedule suspended", 1),
      (three, "E-204 feed roller blocked", 2),
      (three, "Since Monday our label printer in hall 2 stops with E-204 feed roller blocked", 2),
      (three, "2026-02-03 09:11 ERROR stockimport: unexpected column glaze_code in row 1", 3),
      (three, "the nightly job says stockimport: unexpected column glaze_code in row 1, why?", 3),
      (vpn, "my colleague says that the vpn drops every hour when she works from home", 1),
      (vpn, "the tunnel is gone again, always after an hour or so, any idea?", 1),
      (two, "kilnctl status prints clock drift and firing starts an hour late", 1),
    ])
  func found(corpus: MemoryCorpus, text: String, issue: Int) throws {
    let judgement = try Matcher().match(Intake.read(text), corpus: corpus, limit: 3)
    #expect(judgement.matches.first?.issueID == issue)
    #expect(judgement.verdict != .unknown, "\(judgement.matches.map(\.confidence))")
  }

  @Test(
    "What no issue speaks of is not known",
    arguments: [
      "psycopg2.OperationalError: remaining connection slots are reserved",
      "how do I bake bread without flour?", "the file server is slow today",
      "printer has no paper", "npm ERR! code ERESOLVE",
      "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
      "import of customers stops after an hour", "clock of the office wall is late",
    ])
  func unknown(text: String) throws {
    for corpus in [Self.vpn, Self.one, Self.two, Self.three] {
      let judgement = try Matcher().match(Intake.read(text), corpus: corpus, limit: 3)
      #expect(judgement.verdict == .unknown, "\(judgement.matches.map(\.confidence))")
    }
  }
}
