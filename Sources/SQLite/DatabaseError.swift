import CSQLite

/// What SQLite said. Bound values are never part of it.
package struct DatabaseError: Error, Sendable, CustomStringConvertible {
  /// Extended result code (https://www.sqlite.org/rescode.html).
  package let extendedCode: Int32
  package let message: String
  package let sql: String

  package init(extendedCode: Int32, message: String, sql: String) {
    self.extendedCode = extendedCode
    self.message = message
    self.sql = sql
  }

  /// Primary result code, e.g. `SQLITE_FULL`.
  package var code: Int32 { extendedCode & 0xff }

  package var description: String { "SQLite \(extendedCode): \(message) [\(sql.prefix(200))]" }

  /// No room on the disk or in the file.
  package var isFull: Bool { code == SQLITE_FULL }

  /// The file or its mount can't be written.
  package var isReadOnly: Bool {
    code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM
  }

  package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }
  package var isCorrupt: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }
  /// The deadline set on the connection ran out.
  package var isInterrupted: Bool { code == SQLITE_INTERRUPT }
  package var isConstraint: Bool { code == SQLITE_CONSTRAINT }
}

/// The schema is of a newer program, or the file is no Fixbook database.
package enum SchemaError: Error, Sendable, Equatable {
  case newer(file: Int, program: Int)
  case foreign
  /// Rows that point at nothing after migration `number`.
  case danglingReferences(number: Int)
}
