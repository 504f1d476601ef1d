/// What runtimes put before the message of an error that another one carries: `Caused by:`, and the package
/// of the exception's class. Both say where it came through, not what went wrong.
enum Wrapping {
  /// The line from the class's own name on: `PSQLException: deadlock detected`.
  static func removed(from line: String) -> String {
    let start = line.utf8.firstIndex { !$0.isBlank } ?? line.utf8.endIndex
    var rest = line.utf8[start...]
    if rest.starts(with: "Caused by: ".utf8) { rest = rest.dropFirst("Caused by: ".utf8.count) }
    let name = rest.prefix { $0.isWord || $0 == .ascii(".") || $0 == .ascii("$") }
    if let dot = name.lastIndex(of: .ascii(".")), isPackage(name[..<dot]),
      name[dot...].dropFirst().first?.isUpper == true,
      name.endIndex == rest.endIndex || rest[name.endIndex] == .ascii(":")
    {
      rest = rest[dot...].dropFirst()
    }
    return rest.startIndex == start ? line : String(Substring(rest))
  }

  /// How many words of a line stand in the names of exceptions that it begins with, each behind a colon.
  static func nameWords(of line: String) -> Int {
    var rest = line.utf8[...]
    while true {
      let name = rest.prefix { $0.isWord || $0 == .ascii(".") }
      guard LineNames.isException(name), rest[name.endIndex...].first == .ascii(":") else { break }
      rest = rest[name.endIndex...].dropFirst().drop(while: \.isBlank)
    }
    return Analyzer.words(of: String(Substring(line.utf8[..<rest.startIndex]))).count
  }

  /// `org.postgresql.util`, not `e.g` or a file's name.
  private static func isPackage(_ name: Substring.UTF8View) -> Bool {
    name.contains(.ascii(".")) && name.first.map { $0.isLetter && !$0.isUpper } ?? false
  }
}
