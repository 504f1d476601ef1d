import HTTP
import JSON
import Markup

/// An opaque place in a list: the id of the last entry shown, or for a list that is ranked anew each
/// time how many were shown.
struct Cursor: Sendable {
  let offset: Int

  /// nil at the beginning.
  var last: Int? { offset == 0 ? nil : offset }

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
}

/// Where a list goes on.
struct NextPage: Sendable {
  /// The list's `next`.
  let cursor: String
  /// Path and query of the rest, in the same order, of the same form and filter.
  let target: String

  init(_ cursor: String, target: String) {
    self.cursor = cursor
    self.target = target
  }

  /// The request's own list, further on; nil at its end.
  init?(_ cursor: String?, _ context: Context, parameter: String = "cursor") {
    guard let cursor else { return nil }
    let request = context.request
    let others = (request.rawQuery ?? "").split(separator: "&").filter {
      !$0.hasPrefix(parameter + "=")
    }
    let query = (others.map(String.init) + ["\(parameter)=\(cursor)"]).joined(separator: "&")
    self.init(cursor, target: uriEncoded("\(request.rawPath)?\(query)"))
  }

  /// RFC 8288.
  var link: HeaderFields.Field { HeaderFields.Field("Link", "<\(target)>; rel=\"next\"") }
}

extension NextPage? {
  var json: JSON { (self?.cursor).json }

  var html: HTML {
    guard let self else { return "" }
    return "<p><a rel=\"next\" href=\"\(self.target)\">More</a></p>"
  }

  func text(_ site: Site) -> String {
    self.map { "\nMore: \(site.url($0.target))\n" } ?? ""
  }

  func markdown(_ site: Site) -> String {
    self.map { "\n[More](\(site.url($0.target)))\n" } ?? ""
  }

  var headers: [HeaderFields.Field] { self.map { [$0.link] } ?? [] }
}
