import Glibc

/// A moment, in milliseconds since 1970-01-01 UTC.
package struct Time: Sendable, Hashable, Comparable {
  package let milliseconds: Int

  package init(milliseconds: Int) { self.milliseconds = milliseconds }

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
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock)Z"
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
      + "\(clock) GMT"
  }

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

private func floorModulo(_ value: Int, _ divisor: Int) -> Int {
  let rest = value % divisor
  return rest < 0 ? rest + divisor : rest
}

private func padded(_ number: Int, _ width: Int) -> String {
  var text = String(number)
  while text.utf8.count < width { text = "0" + text }
  return text
}
