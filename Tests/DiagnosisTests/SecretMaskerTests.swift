import Testing

@testable import Diagnosis

@Suite struct SecretMaskerTests {
  @Test(arguments: Samples.secrets)
  func `a secret is replaced and named`(sample: Samples.Secret) {
    let line = sample.line.replacing("§", with: sample.secret)
    let masked = SecretMasker.mask(line)
    #expect(!masked.text.contains(sample.secret), "\(masked.text)")
    #expect(
      masked.text == sample.line.replacing("§", with: "[secret:\(sample.kind)]"))
    #expect(masked.count == 1)
    let again = SecretMasker.mask(masked.text)
    #expect(again.text == masked.text && again.count == 0)
  }

  @Test(arguments: Samples.harmless)
  func `a look-alike stays`(line: String) {
    let masked = SecretMasker.mask(line)
    #expect(masked.text == line)
    #expect(masked.count == 0)
  }

  @Test func `lines that hold secrets are named with their kinds, and nothing of them`() {
    let key = [Samples.mixed(64), Samples.mixed(64)]
    let lines =
      ["- it stops", "export DB_PASSWORD=correct-Horse9!battery", "", "password: <your password>"]
      + ["-----BEGIN PRIVATE" + " KEY-----"] + key + ["-----END PRIVATE KEY-----", "- the end"]
    #expect(
      SecretMasker.suspects(in: lines.joined(separator: "\n")) == [
        SuspectLine(number: 2, kind: "password"), SuspectLine(number: 5, kind: "private-key"),
      ])
    #expect(SecretMasker.suspects(in: "").isEmpty)
  }

  @Test func `a private key is masked over its lines, and the line numbers hold`() {
    let key = (0..<8).map { _ in Samples.mixed(64) } + [Samples.mixed(20) + "=="]
    for name in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "] {
      let lines =
        ["before", "-----BEGIN \(name)PRIVATE" + " KEY-----"] + key + [
          "-----END \(name)PRIVATE" + " KEY-----", "after",
        ]
      let masked = SecretMasker.mask(lines.joined(separator: "\n"))
      let result = masked.text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(result.count == lines.count)
      #expect(result.first == "before" && result.last == "after")
      #expect(result[1] == "[secret:private-key]")
      #expect(result[2..<result.count - 1].allSatisfy { $0.isEmpty })
      #expect(masked.count == 1)
    }
  }

  @Test func `a key within a log's prefixes, and one whose end was lost`() {
    let begin = "-----BEGIN PRIVATE" + " KEY-----"
    let logged = [
      "2026-01-01T00:00:00Z app \(begin)", "2026-01-01T00:00:00Z app \(Samples.mixed(64))",
      "2026-01-01T00:00:01Z app cannot read the key file", "next",
    ]
    let masked = SecretMasker.mask(logged.joined(separator: "\n")).text
    #expect(
      masked == "2026-01-01T00:00:00Z app [secret:private-key]\n\n\(logged[2])\nnext")
  }

  @Test func `a key on one line, as JSON writes it`() {
    let key = "-----BEGIN PRIVATE" + " KEY-----\\n\(Samples.mixed(64))\\n-----END PRIVATE KEY-----"
    let masked = SecretMasker.mask(#"{"type":"service_account","private_key":"\#(key)\n","id":1}"#)
    #expect(
      masked.text == #"{"type":"service_account","private_key":"[secret:private-key]\n","id":1}"#)
  }

  @Test func `a value below the name of a secret`() {
    let yaml = "- name: DB_PASSWORD\n  value: swordfish\n- name: DB_HOST\n  value: swordfish"
    let masked = SecretMasker.mask(yaml)
    #expect(
      masked.text
        == "- name: DB_PASSWORD\n  value: [secret:password]\n- name: DB_HOST\n  value: swordfish")
    #expect(masked.count == 1)
    #expect(SecretMasker.mask(masked.text).count == 0)
    let json = "  \"Name\": \"API_TOKEN\",\n  \"Value\": \"swordfish\""
    #expect(SecretMasker.mask(json).text.hasSuffix("\"Value\": \"[secret:password]\""))
  }

  @Test func `several secrets of a line are counted`() {
    let id = "AKIA" + "IOSFODNN7EXAMPLE"
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"
    let masked = SecretMasker.mask("\(id) \(secret) password=hunter2")
    #expect(
      masked.text
        == "[secret:aws-access-key-id] [secret:aws-secret-key] password=[secret:password]")
    #expect(masked.count == 3)
  }

  @Test func `cookies keep their names`() {
    let masked = SecretMasker.mask("Cookie: sid=a1b2c3; theme=dark").text
    #expect(masked == "Cookie: sid=[secret:cookie]; theme=[secret:cookie]")
    let set = SecretMasker.mask("Set-Cookie: sid=a1b2c3; Path=/; HttpOnly").text
    #expect(set == "Set-Cookie: sid=[secret:cookie]; Path=/; HttpOnly")
  }

  @Test func `a team's own kind`() {
    var masker = SecretMasker(adding: [
      .prefixed("acme-key", "Acme key", prefix: "acme_", minimum: 8)
    ])
    let masked = masker.mask(Array("using acme_1234abcd5 now".utf8))
    #expect(String(decoding: masked.bytes, as: UTF8.self) == "using [secret:acme-key] now")
  }

  @Test func `the published table is in order`() {
    let names = SecretMasker.kinds.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" } })
    #expect(SecretMasker.kinds.allSatisfy { !$0.description.isEmpty })
    #expect(SecretMasker.version >= 1)
  }

  @Test func `masking random bytes twice changes nothing`() {
    var random = Samples.Random(seed: 7)
    let pieces =
      Samples.secrets.map(\.line) + Samples.harmless + ["=", ":", "\"", "\n", " ", "://"]
    for _ in 0..<1500 {
      let text = (0..<6).map { _ in pieces[random.next(pieces.count)] }
        .joined(separator: random.next(2) == 0 ? " " : "")
      let once = SecretMasker.mask(text).text
      let twice = SecretMasker.mask(once)
      #expect(twice.text == once, "\(text)")
    }
  }
}
