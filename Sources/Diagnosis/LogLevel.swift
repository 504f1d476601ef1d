/// How serious a program says a line is.
package enum LogLevel: Int, Sendable, Comparable {
  case trace, debug, info, notice, warning, error, fatal

  package static func < (one: LogLevel, other: LogLevel) -> Bool { one.rawValue < other.rawValue }

  private static let names: [(String, LogLevel)] = [
    ("trace", .trace), ("trc", .trace), ("debug", .debug), ("dbg", .debug), ("verbose", .debug),
    ("information", .info), ("info", .info), ("inf", .info), ("log", .info), ("notice", .notice),
    ("warning", .warning), ("warn", .warning), ("wrn", .warning), ("error", .error),
    ("err", .error), ("fail", .error), ("severe", .error), ("fatal", .fatal), ("ftl", .fatal),
    ("critical", .fatal), ("crit", .fatal), ("panic", .fatal), ("emerg", .fatal),
    ("emergency", .fatal), ("alert", .fatal), ("dpanic", .fatal),
  ]

  /// The level whose name is exactly this part of a line, in any case.
  static func named(_ line: [UInt8], _ start: Int, _ end: Int) -> LogLevel? {
    guard end > start, end - start <= 11 else { return nil }
    for (name, level) in names
    where name.utf8.count == end - start && line.hasFolded(name, at: start) {
      return level
    }
    return nil
  }

  /// The numbers of pino and bunyan: 10 trace … 60 fatal.
  static func numbered(_ number: Int) -> LogLevel? {
    switch number {
    case 10..<20: .trace
    case 20..<30: .debug
    case 30..<40: .info
    case 40..<50: .warning
    case 50..<60: .error
    case 60..<70: .fatal
    default: nil
    }
  }
}
