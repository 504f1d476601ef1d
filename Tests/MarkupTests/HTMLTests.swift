import Markup
import Testing

struct HTMLTests {
  @Test func `x`() {}
}
