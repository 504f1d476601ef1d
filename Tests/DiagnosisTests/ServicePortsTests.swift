import Testing

@testable import Diagnosis

/// Messages that differ in nothing but the port speak of different services.
@Suite("Ports of services")
struct ServicePortsTests {
  @Test(
    "Ports behind addresses are read, those of clients are not",
    arguments: [
      ("connect ECONNREFUSED 127.0.0.1:5432", [5432]),
      ("dial tcp [::1]:6379: connect: connection refused", [6379]),
      ("read udp 10.0.4.7:43211->172.20.0.10:53: i/o timeout", [53]),
      ("at 12:30:45 version 1.2.3.4.5:80 and 1.2.3:80", []),
      ("10.0.0.1: no such host", []), ("10.0.0.1:", []), (":80", []), ("127.0.0.1:80a", []),
      ("127.0.0.1:0", []), ("127.0.0.1:99999999", []),
    ] as [(String, Set<Int>)])
  func read(line: String, ports: Set<Int>) {
    #expect(ServicePorts.of(line) == ports)
  }

  private static let corpus = MemoryCorpus([
    MemoryCorpus.Issue(
      title: "Bridge is not running", samples: ["Error: connect ECONNREFUSED 127.0.0.1:18789"],
      symptoms: ["The front server answers 502"], fixes: ["Start the bridge"]),
    MemoryCorpus.Issue(
      title: "Certificate is too old", symptoms: ["The browser warns"], fixes: ["Renew it"]),
  ])

  @Test("A sample with another service's port makes nothing known")
  func otherService() throws {
    func judged(_ text: String) throws -> Judgement {
      try Matcher().match(Intake.read(text), corpus: Self.corpus, limit: 3)
    }
    #expect(try judged("Error: connect ECONNREFUSED 127.0.0.1:18789").verdict == .known)
    #expect(try judged("Error: connect ECONNREFUSED 10.1.2.3:18789").verdict == .known)
    let other = try judged("Error: connect ECONNREFUSED 127.0.0.1:5432")
    #expect(other.verdict != .known)
    #expect(other.matches.allSatisfy { $0.confidence <= 0.5 })
  }
}
