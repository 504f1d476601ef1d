/// Numbers that say how something ended: HTTP statuses and exit codes.
enum StatusCodes {
  /// What the statuses and exit codes of a line add to its weight.
  static func weight(in line: [UInt8]) -> Double {
    var weight = 0.0
    var place = 0
    while place < line.count {
      guard line[place].isDigit, !line.byte(place - 1).isWord else {
        place += 1
        continue
      }
      let end = line.end(from: place) { $0.isDigit }
      if isFailedExit(line, place, end) { weight = max(weight, 0.45) }
      if end - place == 3, isFailedStatus(line, place, end) {
        weight = max(weight, line[place] == .ascii("5") ? 0.65 : 0.55)
      }
      place = max(end, place + 1)
    }
    return weight
  }

  /// 400 to 599 where a status stands: after a request, an arrow, `status`, `code`, `HTTP`.
  static func isFailedStatus(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    guard line[start] == .ascii("4") || line[start] == .ascii("5"), isAlone(line, start, end) else {
      return false
    }
    let near = max(0, start - 48)
    if line.byte(start - 1) == .ascii("("), line.byte(end) == .ascii(")") { return true }
    if line.byte(start - 1) == .ascii("["), line.byte(end) == .ascii("]") { return true }
    let after = line.skippingBlanks(from: end)
    if line.byte(after).isUpper, line.byte(after + 1).isLetter, after > end { return true }
    return contexts.contains { lastPlace(of: $0, in: line, near, start) }
  }

  private static let contexts = [
    "status", "http/1", "http/2", "code", "-> ", "<- ", "=> ", "get ", "post ", "put ", "delete ",
    "patch ", "head ", "returned ", "response ", "respond", "server error", "error ", "got ",
  ]

  /// Not part of a decimal, a time, an address, a size or a duration.
  private static func isAlone(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let before = line.byte(start - 1)
    let after = line.byte(end)
    if before == .ascii(".") || before == .ascii("-") || before == .ascii("/")
      || before == .ascii("#") || after.isWord || after == .ascii("%") || after == .ascii("/")
    {
      return false
    }
    if after == .ascii(".") || after == .ascii(":") || after == .ascii(","),
      line.byte(end + 1).isDigit
    {
      return false
    }
    let next = line.skippingBlanks(from: end)
    return !["ms", "us", "s ", "kb", "mb", "gb", "byte", "item", "token", "record", "row", "sec"]
      .contains { line.hasFolded($0, at: next) }
  }

  private static func isFailedExit(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    guard end - start <= 3, !(end - start == 1 && line[start] == 0x30) else { return false }
    let near = max(0, start - 16)
    return [
      "exit code ", "exit status ", "exited with code ", "exit code: ", "exit ", "returncode=",
      "with status ", "with code ", "status=", "\"rc\": ", "rc=", "exitcode=", "exit code=",
      "\"exitcode\":", "exitcode: ", "code: ", "exit status: ",
    ]
    .contains { line.hasFolded($0, at: start - $0.utf8.count) && start - $0.utf8.count >= near - 8 }
      && !line.hasFolded("expected", at: line.skippingBlanks(from: end + 1))
      && !(line.hasFolded("status=", at: start - 7) && end - start == 3
        && line.byte(end) != .ascii("/"))
  }

  private static func lastPlace(of word: String, in line: [UInt8], _ from: Int, _ to: Int) -> Bool {
    var place = from
    let last = to - word.utf8.count
    while place <= last {
      if line.hasFolded(word, at: place), !line.byte(place - 1).isLetter { return true }
      place += 1
    }
    return false
  }
}
