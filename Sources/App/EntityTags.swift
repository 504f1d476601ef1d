import Store

/// The tags that `If-Match` or `If-None-Match` lists (RFC 9110 §13.1.1).
struct EntityTags {
  /// `*`: whatever is there.
  let isAny: Bool
  private let tags: [Substring]

  init(_ list: String) {
    isAny = trimmed(list[...]) == "*"
    // None of ours has a comma inside.
    tags = isAny ? [] : list.split(separator: ",").map(trimmed)
  }

  /// Whether one of the tags is the one meant. Compared weakly, `W/` does not count; strongly, a weak tag is
  /// of nothing (RFC 9110 §8.8.3.2).
  func name(weakly: Bool, _ isMeant: (Substring) -> Bool) -> Bool {
    isAny
      || tags.contains { tag in
        guard tag.hasPrefix("W/") else { return isMeant(tag) }
        return weakly && isMeant(tag.dropFirst(2))
      }
  }

  /// Whether one of the tags is of that revision, in any form; a tag of nothing we know is of none.
  func name(revision: Int, weakly: Bool) -> Bool {
    name(weakly: weakly) { tag in
      let number = tag.drop { $0 == "\"" }.prefix { $0 != "-" && $0 != "\"" }
      return number.allSatisfy { $0.isASCII && $0.isNumber } && Int(number) == revision
    }
  }
}

/// A strong tag: "REVISION-DIGEST", one for each form and coding. Two forms may be the same bytes,
/// and yet one is not the other.
func entityTag(
  of body: [UInt8], as type: String, revision: Int?, coding: String = ""
) -> String {
  let digest = Secrets.digest(body + Array(type.utf8)).prefix(20)
  return "\"" + (revision.map { "\($0)-" } ?? "") + digest + coding + "\""
}
