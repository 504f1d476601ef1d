/// Payment card numbers: the right length and first digits, and the Luhn check passed.
///
/// Many numbers of logs pass the check by chance (one in ten), so a number must be written in
/// groups as on a card, or stand on a line that speaks of cards.
enum CardNumbers {
  static func ranges(in line: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    var speaksOfCards: Bool?
    while place < line.count {
      guard line[place].isDigit else {
        place += 1
        continue
      }
      let number = run(in: line, from: place)
      defer { place = max(number.end, place + 1) }
      guard number.digits.count >= 15, !touchesWord(line, place, number.end) else { continue }
      guard isCard(number.digits, groups: number.groups) else { continue }
      if number.groups.count == 1 {
        let speaks = speaksOfCards ?? mentionsCards(line)
        speaksOfCards = speaks
        guard speaks else { continue }
      }
      ranges.append(place..<number.end)
    }
    return ranges
  }

  private struct Run {
    var digits: [UInt8]
    var groups: [Int]
    var end: Int
  }

  /// Digits in groups divided by one space or `-`, always the same.
  private static func run(in line: [UInt8], from start: Int) -> Run {
    var run = Run(digits: [], groups: [], end: start)
    var divider: UInt8 = 0
    var place = start
    while true {
      let end = line.end(from: place) { $0.isDigit }
      guard end > place else { return run }
      if run.digits.count <= 24 {
        run.digits += line[place..<end].map { $0 - 0x30 }
        run.groups.append(end - place)
      }
      run.end = end
      let next = line.byte(end)
      guard next == 0x20 || next == .ascii("-"), divider == 0 || divider == next else {
        return run
      }
      divider = next
      place = end + 1
    }
  }

  private static func isCard(_ digits: [UInt8], groups: [Int]) -> Bool {
    let isAmex = digits.count == 15 && digits[0] == 3 && (digits[1] == 4 || digits[1] == 7)
    let first = Int(digits[0])
    let two = first * 10 + Int(digits[1])
    let isOther =
      digits.count == 16
      && (first == 4 || (51...55).contains(two) || (22...27).contains(two) || two == 60
        || (64...65).contains(two) || two == 35)
    let shapes = isAmex ? [[15], [4, 6, 5]] : [[16], [4, 4, 4, 4]]
    return (isAmex || isOther) && shapes.contains(groups) && passesLuhn(digits)
      && Set(digits).count > 1
  }

  private static func passesLuhn(_ digits: [UInt8]) -> Bool {
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() {
      let doubled = place % 2 == 1 ? Int(digit) * 2 : Int(digit)
      sum += doubled > 9 ? doubled - 9 : doubled
    }
    return sum % 10 == 0
  }

  private static func touchesWord(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let before = line.byte(start - 1)
    let after = line.byte(end)
    return before.isWord || after.isWord || before == .ascii(".") || before == .ascii("-")
      || before == .ascii("/") || (after == .ascii(".") && line.byte(end + 1).isDigit)
      || (after == .ascii("-") && line.byte(end + 1).isWord)
  }

  private static func mentionsCards(_ line: [UInt8]) -> Bool {
    ["card", "visa", "mastercard", "amex", "credit", "payment", "\"pan\"", "pan="].contains {
      word in
      line.indices.contains { line.hasFolded(word, at: $0) }
    }
  }
}
