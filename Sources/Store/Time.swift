import Glibc

/// A moment, in milliseconds since 1970-01-01 UTC.
package struct Time: Sendable, Hashable, Comparable {
  package let milliseconds: Int

  package init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// A day ("2026-05-03", its first moment in UTC) or a moment (RFC 3339); nil else.
  package init?(text: String) {
    let isDay = text.utf8.count == 10
    guard let time = Time(rfc3339: isDay ? text + "T00:00:00Z" : text) else { return nil }
    // The 31st of a short month.
    guard !isDay || time.date == text else { return nil }
    self = time
  }

  /// By the system's clock, which may be set back.
  package static func now() -> Time {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Time(milliseconds: time.tv_sec * 1_000 + time.tv_nsec / 1_000_000)
  }

  package static func < (left: Time, right: Time) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package static func + (time: Time, seconds: Int) -> Time {
    Time(milliseconds: time.milliseconds + seconds * 1_000)
  }

  /// Reads RFC 3339, with any fraction of a second (cut to milliseconds) and any offset.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    func number(_ start: Int, _ count: Int) -> Int? {
      guard start + count <= bytes.count else { return nil }
      return bytes[start..<start + count].reduce(0) { value, byte in
        value.flatMap { (0x30...0x39).contains(byte) ? $0 * 10 + Int(byte) - 0x30 : nil }
      }
    }
    func has(_ characters: String, at place: Int) -> Bool {
      place < bytes.count && characters.utf8.contains(bytes[place])
    }
    guard let year = number(0, 4), has("-", at: 4), let month = number(5, 2), has("-", at: 7),
      let day = number(8, 2), has("Tt ", at: 10), let hour = number(11, 2), has(":", at: 13),
      let minute = number(14, 2), has(":", at: 16), let second = number(17, 2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var place = 19
    var fraction = 0
    if has(".", at: place) {
      let digits = bytes[(place + 1)...].prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return nil }
      fraction = (Array(digits.prefix(3)) + [0x30, 0x30]).prefix(3)
        .reduce(0) { $0 * 10 + Int($1) - 0x30 }
      place += 1 + digits.count
    }
    var offset = 0
    if has("+-", at: place), let hours = number(place + 1, 2), has(":", at: place + 3),
      let minutes = number(place + 4, 2)
    {
      offset = (hours * 60 + minutes) * (bytes[place] == 0x2d ? -1 : 1)
      place += 6
    } else if has("Zz", at: place) {
      place += 1
    } else {
      return nil
    }
    guard place == bytes.count else { return nil }
    let clock = (hour * 60 + minute - offset) * 60 + second
    milliseconds = (daysFromCivil(year, month, day) * 86_400 + clock) * 1_000 + fraction
  }

  /// The same to the millisecond: "2026-05-03T14:05:09.120Z".
  package var exact: String {
    "\(rfc3339.dropLast()).\(padded(floorModulo(milliseconds, 1_000), 3))Z"
  }

  /// RFC 3339, UTC, to the second: "2026-05-03T14:05:09Z".
  package var rfc3339: String {
    let (year, month, day) = civil
    guard (0...9_999).contains(year) else {
      return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock)Z"
    }
    // Digit by digit, since an answer has twenty of these.
    let second = floorModulo(milliseconds, 86_400_000) / 1_000
    return String(unsafeUninitializedCapacity: 20) { text in
      func put(_ number: Int, at place: Int, then separator: Unicode.Scalar) {
        text[place] = 0x30 + UInt8(number / 10)
        text[place + 1] = 0x30 + UInt8(number % 10)
        text[place + 2] = UInt8(ascii: separator)
      }
      put(year / 100, at: 0, then: "-")
      put(year % 100, at: 2, then: "-")
      put(month, at: 5, then: "-")
      put(day, at: 8, then: "T")
      put(second / 3_600, at: 11, then: ":")
      put(second / 60 % 60, at: 14, then: ":")
      put(second % 60, at: 17, then: "Z")
      return 20
    }
  }

  /// "2026-05-03".
  package var date: String { String(rfc3339.prefix(10)) }

  /// RFC 9110 §5.6.7, for Last-Modified: "Sun, 03 May 2026 14:05:09 GMT".
  package var httpDate: String {
    let (year, month, day) = civil
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    return
      "\(weekdays[floorModulo(days, 7)]), \(padded(day, 2)) \(Time.months[month - 1].prefix(3)) "
      + "\(year) \(clock) GMT"
  }

  /// As in a sentence, in UTC: "3 May 2026".
  package var inWords: String {
    let (year, month, day) = civil
    return "\(day) \(Time.months[month - 1]) \(year)"
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// "14:05:09".
  private var clock: String {
    let second = floorModulo(milliseconds, 86_400_000) / 1_000
    return "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
  }

  private var days: Int { Int((Double(milliseconds) / 86_400_000).rounded(.down)) }

  /// Howard Hinnant's `civil_from_days` (https://howardhinnant.github.io/date_algorithms.html).
  private var civil: (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

/// Howard Hinnant's `days_from_civil`.
private func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int {
  let year = month <= 2 ? year - 1 : year
  let era = (year >= 0 ? year : year - 399) / 400
  let yearOfEra = year - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func floorModulo(_ value: Int, _ divisor: Int) -> Int {
  let rest = value % divisor
  return rest < 0 ? rest + divisor : rest
}

private func padded(_ number: Int, _ width: Int) -> String {
  var text = String(number)
  while text.utf8.count < width { text = "0" + text }
  return text
}
