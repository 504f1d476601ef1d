import HTTP
import Testing

/// A host that a client names, and the status it gets; 0 is none.
struct HostCase: Sendable {
  let authority: String?
  let status: Int

  init(_ authority: String?, _ status: Int = 0) {
    (self.authority, self.status) = (authority, status)
  }
}

@Suite struct HostPolicyTests {
  private let policy = HostPolicy(["Fix.example.org:443", "10.0.0.7", "fd00::1", "x.example."])

  @Test(arguments: [
    HostCase("localhost"), HostCase("localhost:8080"), HostCase("LOCALHOST"),
    HostCase("localhost."),
    HostCase("127.0.0.1:1"), HostCase("127.9.9.9"), HostCase("[::1]:80"), HostCase("a.localhost"),
    HostCase("fix.example.org"), HostCase("fix.EXAMPLE.org:8443"), HostCase("10.0.0.7:8080"),
    HostCase("[fd00::1]"), HostCase("x.example"), HostCase("192.168.1.5:8080"), HostCase(nil),
    HostCase("evil.example", 421), HostCase("localhost.evil.example", 421),
    HostCase("127.0.0.1.evil.example", 421), HostCase("127.0.0.256", 421), HostCase("127.1", 421),
    HostCase("192.168.1.6", 421), HostCase("org", 421), HostCase("notlocalhost", 421),
    HostCase("", 400), HostCase(":80", 400), HostCase("a b", 400),
  ])
  func `only known hosts are answered for`(_ row: HostCase) {
    let refusal = policy.refusal(for: row.authority, local: "192.168.1.5")
    #expect(refusal?.status.code ?? 0 == row.status)
  }

  @Test func `a Unix socket knows the same names, and none`() {
    #expect(policy.refusal(for: "", local: nil) == nil)
    #expect(policy.refusal(for: "localhost", local: nil) == nil)
    #expect(policy.refusal(for: "fix.example.org", local: nil) == nil)
    #expect(policy.refusal(for: "evil.example", local: nil) == .misdirected)
  }

  @Test func `a star allows any`() {
    #expect(HostPolicy(["*"]).refusal(for: "evil.example", local: "10.0.0.1") == nil)
  }

  @Test func `an authority is taken apart`() {
    #expect(Authority("A.example.:80")?.host == "a.example")
    #expect(Authority("a:80")?.port == 80)
    #expect(Authority("a:")?.port == nil)
    #expect(Authority("[::1]:8080")?.host == "[::1]")
    #expect(Authority("a:b") == nil)
  }
}

@Suite struct ByteSetTests {
  private let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
  private let digits = "0123456789"

  private func check(_ set: ByteSet, _ members: String) {
    let members = Set(members.utf8)
    for byte in UInt8.min...UInt8.max {
      #expect(set.contains(byte) == members.contains(byte), "byte \(byte)")
    }
  }

  @Test func `sets are those of the grammar`() {
    let unreserved = letters + digits + "-._~"
    let subDelimiters = "!$&'()*+,;="
    check(.token, letters + digits + "!#$%&'*+-.^_`|~")
    check(.path, unreserved + subDelimiters + ":@/%")
    check(.query, unreserved + subDelimiters + ":@/%?[]\\^`{|}")
    check(.registeredName, unreserved + subDelimiters)
  }
}
