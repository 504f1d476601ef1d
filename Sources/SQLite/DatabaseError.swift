import CSQLite
import Glibc

/// What SQLite said. Bound values are never part of it.
package struct DatabaseError: Error, Sendable, CustomStringConvertible {
  /// Extended result code (https://www.sqlite.org/rescode.html).
  package let extendedCode: Int32
  /// `errno` of the system call that failed, or 0.
  package let systemError: Int32
  package let message: String
  package let sql: String

  package init(extendedCode: Int32, message: String, sql: String, systemError: Int32 = 0) {
    self.extendedCode = extendedCode
    self.systemError = systemError
    self.message = message
    self.sql = sql
  }

  /// Primary result code, e.g. `SQLITE_FULL`.
  package var code: Int32 { extendedCode & 0xff }

  package var description: String {
    let system = systemError == 0 ? "" : ", \(String(cString: strerror(systemError)))"
    return "SQLite \(extendedCode): \(message)\(system) [\(sql.prefix(200))]"
  }

  /// No room on the disk, in the quota, or below the limit of a file's size. SQLite says so of
  /// writes only; where the WAL's index or a flush finds no room it speaks of an I/O error.
  package var isFull: Bool {
    code == SQLITE_FULL
      || code == SQLITE_IOERR && [ENOSPC, EDQUOT, EFBIG].contains(systemError)
  }

  /// The file or its mount can't be written.
  package var isReadOnly: Bool {
    code == SQLITE_READONLY || code == SQLITE_PERM
      || code == SQLITE_CANTOPEN && !lacksDescriptors
      || code == SQLITE_IOERR && systemError == EROFS
  }

  private var lacksDescriptors: Bool { systemError == EMFILE || systemError == ENFILE }

  /// The process, or the machine, may open no more files.
  package var isOutOfDescriptors: Bool { code == SQLITE_CANTOPEN && lacksDescriptors }

  /// Another connection held a lock for too long, or there was no descriptor left: waiting helps.
  package var isBusy: Bool {
    code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_PROTOCOL
      || isOutOfDescriptors
  }

  /// What was read is not what SQLite wrote. Where the disk could not be read at all SQLite
  /// says the same (`SQLITE_IOERR_CORRUPTFS`), but `errno` tells.
  package var isCorrupt: Bool {
    code == SQLITE_CORRUPT && systemError != EIO || code == SQLITE_NOTADB
      || extendedCode == SQLITE_IOERR | (2 << 8)  // SQLITE_IOERR_SHORT_READ
  }

  /// Corrupt, but only in a virtual table (the search index).
  package var isCorruptIndex: Bool { extendedCode == SQLITE_CORRUPT | (1 << 8) }

  /// The disk failed for another reason than being full.
  package var isDiskError: Bool {
    code == SQLITE_IOERR && !isFull && !isReadOnly && !isCorrupt
      || code == SQLITE_CORRUPT && systemError == EIO
  }

  /// The deadline set on the connection ran out.
  package var isInterrupted: Bool { code == SQLITE_INTERRUPT }
  package var isConstraint: Bool { code == SQLITE_CONSTRAINT }

  /// The fault lies with the file or the disk, not with one statement.
  package var isFault: Bool { isFull || isReadOnly || isBusy || isCorrupt || isDiskError }
}

/// The schema is of a newer program, or the file is no Fixbook database.
package enum SchemaError: Error, Sendable, Equatable {
  case newer(file: Int, program: Int)
  case foreign
  /// Rows that point at nothing after migration `number`.
  case danglingReferences(number: Int)
}
