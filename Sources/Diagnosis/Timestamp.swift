/// Times as programs write them.
enum Timestamp {
  /// The place after the date, the time of day, or both, that begins at `start`; nil for anything
  /// else. Brackets around it are the caller's.
  static func end(in line: [UInt8], from start: Int) -> Int? {
    let byte = line.byte(start)
    if byte.isDigit {
      if let date = numericDate(line, start) { return afterDate(line, date) }
      return timeOfDay(line, start)
    }
    guard byte.isUpper else { return nil }
    var place = start
    if let day = name(line, place, weekdays) {
      place = line.end(from: day) { $0 == .ascii(",") || $0.isBlank }
      if let date = numericDate(line, place) { return afterDate(line, date) }
    }
    guard let month = name(line, place, months), line.byte(month).isBlank else { return nil }
    let day = line.skippingBlanks(from: month)
    let dayEnd = line.end(from: day, upTo: 3) { $0.isDigit }
    guard (1...2).contains(dayEnd - day) else { return nil }
    var next = line.end(from: dayEnd) { $0 == .ascii(",") || $0.isBlank }
    if let year = digits(line, next, 4), !line.byte(year).isDigit, line.byte(year) != .ascii(":") {
      next = line.end(from: year) { $0.isBlank }
    }
    guard let time = timeOfDay(line, next) else { return nil }
    // `Mon Jan  5 10:00:00 UTC 2026`
    let zone = line.end(from: time + 1, upTo: 4) { $0.isUpper }
    if zone - time >= 3, line.byte(zone).isBlank, let year = digits(line, zone + 1, 4) {
      return year
    }
    if line.byte(time).isBlank, let year = digits(line, time + 1, 4), !line.byte(year).isWord {
      return year
    }
    return time
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  /// The place after one of some names, which must end there.
  private static func name(_ line: [UInt8], _ start: Int, _ names: [String]) -> Int? {
    guard names.contains(where: { line.has($0, at: start) }), !line.byte(start + 3).isLetter else {
      return nil
    }
    return start + 3
  }

  private static func digits(_ line: [UInt8], _ start: Int, _ count: Int) -> Int? {
    guard start >= 0, start + count <= line.count else { return nil }
    return line[start..<start + count].allSatisfy { $0.isDigit } ? start + count : nil
  }

  /// `2026-01-08`, `2026/01/08`, `08/Jan/2026`, `8.1.2026`, `01/08/2026`, `20260108`.
  private static func numericDate(_ line: [UInt8], _ start: Int) -> Int? {
    if let year = digits(line, start, 4) {
      let divider = line.byte(year)
      if "-/.".utf8.contains(divider), let month = digits(line, year + 1, 2),
        line.byte(month) == divider, let day = digits(line, month + 1, 2), !line.byte(day).isDigit
      {
        return day
      }
      if line.has("20", at: start) || line.has("19", at: start), let day = digits(line, start, 8),
        "T-_ ".utf8.contains(line.byte(day)),
        digits(line, day + 1, 6) != nil
          || timeOfDay(line, day + 1) != nil
      {
        return day
      }
      return nil
    }
    let first = line.end(from: start, upTo: 3) { $0.isDigit }
    let divider = line.byte(first)
    guard (1...2).contains(first - start), "-/. ".utf8.contains(divider) else { return nil }
    if let month = name(line, first + 1, months), line.byte(month) == divider,
      let year = digits(line, month + 1, 4)
    {
      return year
    }
    let second = line.end(from: first + 1, upTo: 3) { $0.isDigit }
    guard divider != 0x20, (1...2).contains(second - first - 1), line.byte(second) == divider,
      let year = digits(line, second + 1, 4), !line.byte(year).isDigit
    else { return nil }
    return year
  }

  /// The time of day after a date, if one follows.
  private static func afterDate(_ line: [UInt8], _ date: Int) -> Int {
    var place = date
    let divider = line.byte(place)
    guard "T_ :,-".utf8.contains(divider) || divider == 0x09 else { return date }
    place += 1
    if divider == .ascii(","), line.byte(place).isBlank { place += 1 }
    if let time = timeOfDay(line, place) { return time }
    if let compact = digits(line, place, 6), !line.byte(compact).isDigit {
      return zoneEnd(line, fractionEnd(line, compact))
    }
    return date
  }

  /// `23:12:09.917000Z`, `11:20:07,254`, `06:25:44 PM`, `02:54 AM`, `10:00:00 +0200`.
  private static func timeOfDay(_ line: [UInt8], _ start: Int) -> Int? {
    let hours = line.end(from: start, upTo: 3) { $0.isDigit }
    guard (1...2).contains(hours - start), line.byte(hours) == .ascii(":"),
      let minutes = digits(line, hours + 1, 2), !line.byte(minutes).isDigit
    else { return nil }
    guard line.byte(minutes) == .ascii(":"), let seconds = digits(line, minutes + 1, 2),
      !line.byte(seconds).isDigit
    else {
      return halfOfDay(line, minutes)
    }
    let fraction = fractionEnd(line, seconds)
    return halfOfDay(line, fraction) ?? zoneEnd(line, fraction)
  }

  private static func fractionEnd(_ line: [UInt8], _ place: Int) -> Int {
    guard line.byte(place) == .ascii(".") || line.byte(place) == .ascii(",") else { return place }
    let end = line.end(from: place + 1) { $0.isDigit }
    return end > place + 1 ? end : place
  }

  private static func halfOfDay(_ line: [UInt8], _ place: Int) -> Int? {
    let start = line.byte(place) == 0x20 ? place + 1 : place
    let isHalf = line.hasFolded("am", at: start) || line.hasFolded("pm", at: start)
    return isHalf && !line.byte(start + 2).isWord ? start + 2 : nil
  }

  private static func zoneEnd(_ line: [UInt8], _ place: Int) -> Int {
    if line.byte(place) == .ascii("Z"), !line.byte(place + 1).isWord { return place + 1 }
    let start = line.byte(place) == 0x20 ? place + 1 : place
    if line.byte(start) == .ascii("+") || line.byte(start) == .ascii("-"),
      let hours = digits(line, start + 1, 2)
    {
      let minutes = line.byte(hours) == .ascii(":") ? hours + 1 : hours
      if let end = digits(line, minutes, 2), !line.byte(end).isDigit { return end }
    }
    for zone in [" UTC", " GMT", "UTC"] where line.has(zone, at: place) {
      return place + zone.utf8.count
    }
    return place
  }
}
