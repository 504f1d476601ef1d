import HTTP
import Markup

/// An opaque place in a list.
struct Cursor: Sendable {
  let offset: Int

  init(offset: Int) { self.offset = offset }

  init(_ text: String?, field: String = "cursor") throws(Failure) {
    guard let text else {
      offset = 0
      return
    }
    // Only as `text` writes it, so that one place has one name.
    guard text.first == "c", let number = Int(text.dropFirst(), radix: 36), number > 0,
      Cursor(offset: number).text == text
    else {
      throw Failure.invalid(field, "\(field) must be the \"next\" of the page before.")
    }
    offset = number
  }

  /// What `text` looks like: a number above 0, in letters and digits.
  static let pattern = "c[1-9a-z][0-9a-z]{0,10}"

  var text: String { "c" + String(offset, radix: 36) }

  /// RFC 8288 `Link: rel=next`.
  static func link(_ next: String?, _ context: Context) -> [HeaderFields.Field] {
    guard let next else { return [] }
    let path = context.request.rawPath
    return [
      HeaderFields.Field("Link", "<\(path)?\(query(next, context.request))>; rel=\"next\"")
    ]
  }

  /// The same query at another place.
  private static func query(_ next: String, _ request: Request) -> String {
    let others = (request.rawQuery ?? "").split(separator: "&").filter {
      !$0.hasPrefix("cursor=") && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3e }
    }
    return (others.map(String.init) + ["cursor=" + next]).joined(separator: "&")
  }

  static func more(_ next: String?, path: String) -> HTML {
    guard let next else { return "" }
    let separator = path.contains("?") ? "&" : "?"
    return "<p><a rel=\"next\" href=\"\(path)\(separator)cursor=\(next)\">More</a></p>"
  }
}
