import Glibc

/// A moment, in milliseconds since 1970-01-01 UTC.
package struct Time: Sendable, Hashable, Comparable {
  package let milliseconds: Int

  package init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// A day ("2026-05-03", its first moment) or a moment in UTC ("2026-05-03T14:05:09Z"); nil else.
  package init?(text: String) {
    let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    guard let day = Time.numbers(parts[0], "-", digits: [4, 2, 2]) else { return nil }
    var clock = [0, 0, 0]
    if parts.count == 2 {
      guard parts[1].last == "Z",
        let found = Time.numbers(parts[1].dropLast(), ":", digits: [2, 2, 2])
      else { return nil }
      clock = found
    }
    let (year, month, date) = (day[0], day[1], day[2])
    guard (1...12).contains(month), (1...31).contains(date), clock[0] < 24, clock[1] < 60,
      clock[2] < 60
    else { return nil }
    // Howard Hinnant's `days_from_civil`.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1
    let days =
      era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    let seconds = days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
    milliseconds = seconds * 1_000
    // The 31st of a short month.
    guard self.date == parts[0] else { return nil }
  }

  /// Numbers of so many digits with the separator between them.
  private static func numbers(
    _ text: Substring, _ separator: Character, digits: [Int]
  ) -> [Int]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == digits.count else { return nil }
    var numbers: [Int] = []
    for (part, count) in zip(parts, digits) {
      guard part.utf8.count == count, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(part)
      else { return nil }
      numbers.append(number)
    }
    return numbers
  }

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

  /// RFC 3339, UTC, to the second: "2026-05-03T14:05:09Z".
  package var rfc3339: String {
    let (year, month, day) = civil
    let second = floorModulo(milliseconds, 86_400_000) / 1_000
    return
      "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
      + "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
  }

  /// "2026-05-03".
  package var date: String { String(rfc3339.prefix(10)) }

  /// RFC 9110 §5.6.7, for Last-Modified: "Sun, 03 May 2026 14:05:09 GMT".
  package var httpDate: String {
    let (year, month, day) = civil
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return
      "\(weekdays[floorModulo(days, 7)]), \(padded(day, 2)) \(months[month - 1]) \(year) "
      + "\(rfc3339.dropFirst(11).prefix(8)) GMT"
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

private func floorModulo(_ value: Int, _ divisor: Int) -> Int {
  let rest = value % divisor
  return rest < 0 ? rest + divisor : rest
}

private func padded(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
