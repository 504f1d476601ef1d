import App
import CSystem
import Glibc
import JSON
import Store

// `export --jsonl` and its way back: everything in one file, a record a line.

/// A line of an export holds one record: an issue's text, a kept log.
private let longestLine = 256 * 1_024 * 1_024

/// Whether a file is an export of everything rather than a corpus of issues.
func isRecordFile(_ path: String) throws -> Bool {
  guard path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz") else { return false }
  struct Enough: Error {}
  var isOne = false
  do {
    try readLines(path) { line in
      if line.allSatisfy({ $0 <= 0x20 }) { return }
      isOne = RecordFile.isOne(firstLine: line)
      throw Enough()
    }
  } catch is Enough {}
  return isOne
}

func importRecords(_ path: String, _ arguments: Arguments) throws -> ExitCode {
  let store = try Main.openStore(arguments, create: true)
  defer { store.close() }
  let counts: [(type: String, number: Int)]
  do {
    counts = try store.write(as: .importer) { writing in
      let records = try RecordImport(writing)
      try readLines(path) { try records.add($0) }
      try records.finish()
      return records.counts
    }
  } catch let error as RecordError {
    throw CommandError("\(path):\(error.line): \(error.reason); nothing was imported")
  }
  if arguments.has("json") {
    Console.out(
      JSON.object(counts.map { JSON.Member($0.type, .integer($0.number)) }).string + "\n")
  } else {
    let words = counts.map { "\($0.number) \($0.type)" }.joined(separator: ", ")
    Console.error("\(path): \(words.isEmpty ? "no records" : words)\n")
  }
  return .done
}

func exportRecords(_ arguments: Arguments) throws -> ExitCode {
  if arguments.value("guide") != nil { throw UsageError("--jsonl is of everything: leave --guide") }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let output = arguments.value("output") ?? "-"
  let file = try FileWriter(output)
  let packed = output.hasSuffix(".gz") ? GzipWriter { try file.add($0) } : nil
  try store.read(as: .system, deadline: 86_400_000) { reading in
    var lines: [UInt8] = []
    func flush() throws {
      if let packed { try packed.add(lines) } else { try file.add(lines) }
      lines.removeAll(keepingCapacity: true)
    }
    try reading.records(people: arguments.has("people")) { record in
      lines += record.bytes
      lines.append(0x0a)
      if lines.count >= 65_536 { try flush() }
    }
    try flush()
  }
  try packed?.finish()
  try file.finish()
  return .done
}

/// Calls `body` with each line of a file, without its end; `.gz` is expanded on the way.
private func readLines(_ path: String, _ body: ([UInt8]) throws -> Void) throws {
  let gzip = path.hasSuffix(".gz") ? GzipReader() : nil
  var rest: [UInt8] = []
  func take(_ bytes: [UInt8]) throws {
    var start = 0
    while let end = bytes[start...].firstIndex(of: 0x0a) {
      rest += bytes[start..<end]
      try body(rest)
      rest.removeAll(keepingCapacity: rest.capacity < 1_024 * 1_024)
      start = end + 1
    }
    rest += bytes[start...]
    if rest.count > longestLine { throw CommandError("\(path): a line is longer than 256 MiB") }
  }
  try readPieces(path) { bytes in
    guard let gzip else { return try take(bytes) }
    guard try gzip.expand(bytes, take) else { throw CommandError("\(path): not gzip") }
  }
  if let gzip, !gzip.isWhole { throw CommandError("\(path): not gzip, or cut off") }
  if !rest.isEmpty { try body(rest) }
}

/// Writes a file piece by piece, which gets its name only when it is whole; or standard output.
private final class FileWriter {
  private let path: String?
  private let descriptor: Int32
  private var isDone = false

  private var part: String { (path ?? "") + ".part" }

  init(_ path: String) throws {
    guard path != "-" else {
      self.path = nil
      descriptor = 1
      // A reader that goes away is an error to tell, not a reason to die.
      signal(SIGPIPE, SIG_IGN)
      return
    }
    self.path = path
    // It may hold what people reported: for its owner alone.
    let opened = fixbook_open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard opened >= 0 else { throw CommandError("\(path): \(reason(-opened))") }
    descriptor = opened
  }

  deinit {
    guard path != nil else { return }
    close(descriptor)
    if !isDone { unlink(part) }
  }

  func add(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw CommandError("\(path ?? "standard output"): \(reason(errno))")
      }
      done += count
    }
  }

  func finish() throws {
    guard let path else { return }
    guard fsync(descriptor) == 0, rename(part, path) == 0 else {
      throw CommandError("\(path): \(reason(errno))")
    }
    isDone = true
  }
}
