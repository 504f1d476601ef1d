package import JSON
import SQLite

extension Reading {
  /// Everything that is no secret, one record after another, as of one moment. Reads row by row,
  /// and takes no more memory than the largest record.
  ///
  /// Without `people` reporters are names that say nothing; they stay the same from export to
  /// export, and through an import.
  package func records(people: Bool, _ write: (JSON) throws -> Void) throws {
    precondition(viewer == .system)
    let base = try baseName()
    try write([
      "type": .string(RecordFile.type), "format": .integer(RecordFile.format),
      "base": .string(base),
    ])
    var lines = 0
    for kind in RecordKind.all where people || !kind.ofPeople {
      let names = kind.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
      let sql = SQL(trusted: "SELECT \(names) FROM \"\(kind.table)\" ORDER BY \(kind.order)")
      var failure: (any Error)?
      try connection.each(sql) { row in
        var members = [JSON.Member("type", .string(kind.type))]
        for (place, column) in kind.columns.enumerated() {
          let value = row.value(Int32(place))
          members.append(
            JSON.Member(column.member, record(value, column, base: base, people: people)))
        }
        do {
          try write(.object(members))
          lines += 1
          return true
        } catch {
          failure = error
          return false
        }
      }
      if let failure { throw failure }
    }
    try write(["type": .string(RecordFile.end), "records": .integer(lines)])
  }

  private func record(
    _ value: Value, _ column: RecordKind.Column, base: String, people: Bool
  ) -> JSON {
    switch (column, value) {
    case (_, .null): .null
    case (.time, .integer(let time)): .string(Time(milliseconds: Int(time)).exact)
    case (.json, .text(let text)), (.numbers, .text(let text)): (try? JSON.read(text)) ?? .null
    case (.reporter, .text(let name)): .string(opaque(name, base: base, people: people))
    case (_, .text(let text)): .string(text)
    case (_, .integer(let number)): .integer(Int(number))
    case (_, .real(let number)): .number(number)
    case (_, .blob): .null
    }
  }

  /// Cookies and addresses are digests already.
  private func opaque(_ name: String, base: String, people: Bool) -> String {
    if people && name.hasPrefix("account:")
      || ["opaque:", "cookie:", "address:"].contains(where: name.hasPrefix)
    {
      return name
    }
    // "token:3/on_behalf:…": the person behind a shared token is a digest already.
    let own = name.prefix { $0 != "/" }
    return "opaque:" + Secrets.digest(Array((base + " " + own).utf8)) + name.dropFirst(own.count)
  }
}
