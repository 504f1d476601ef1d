/// Where something is: addresses, URLs, paths, regions.
extension TemplateWriter {
  /// The token cannot begin in the middle of a word.
  private var isAtStart: Bool { !line.byte(place - 1).isWord }

  /// IPv4 with port, IPv6, MAC, email.
  mutating func writeAddress() -> Bool {
    guard isAtStart else { return false }
    if let end = ipv4End(place) {
      let port = line.byte(end) == .ascii(":") ? line.end(from: end + 1) { $0.isDigit } : end
      write("<ip>", to: port > end + 1 ? port : end)
      return true
    }
    if place >= addressless, line[place].isHex || line[place] == .ascii(":"),
      let (name, end) = colonAddress()
    {
      write(name, to: end)
      return true
    }
    guard line[place].isAlphanumeric else { return false }
    let user = line.end(from: place, upTo: 64) { $0.isWord || "-.+".utf8.contains($0) }
    guard line.byte(user) == .ascii("@") else { return false }
    let host = line.end(from: user + 1, upTo: 128) { $0.isWord || "-.".utf8.contains($0) }
    guard line[user + 1..<host].contains(.ascii(".")), line.byte(user + 1).isLetter,
      line.byte(host - 1).isLetter
    else { return false }
    write("<email>", to: host)
    return true
  }

  private func ipv4End(_ start: Int) -> Int? {
    var end = start
    for part in 0..<4 {
      let stop = line.end(from: end, upTo: 4) { $0.isDigit }
      guard (1...3).contains(stop - end) else { return nil }
      if part < 3 {
        guard line.byte(stop) == .ascii(".") else { return nil }
        end = stop + 1
      } else {
        end = stop
      }
    }
    let isLonger = line.byte(end) == .ascii(".") && line.byte(end + 1).isDigit
    return line.byte(end).isWord || isLonger ? nil : end
  }

  /// Groups of hexadecimal digits and colons: `2606:4700::6815:309`, `02:42:ac:11:00:02`.
  private mutating func colonAddress() -> (String, Int)? {
    var end = line.end(from: place, upTo: 60) { $0.isHex || $0 == .ascii(":") }
    addressless = end
    while end > place, line[end - 1] == .ascii(":"),
      !line[..<end].suffix(2).elementsEqual("::".utf8)
    {
      end -= 1
    }
    let text = line[place..<end]
    let colons = text.count { $0 == .ascii(":") }
    guard colons >= 2, end - place > 4, !line.byte(end).isWord else { return nil }
    let groups = text.split(separator: .ascii(":"), omittingEmptySubsequences: false)
    if groups.count == 6, groups.allSatisfy({ $0.count == 2 }) { return ("<mac>", end) }
    let isSixth = colons == 7 || line[place..<end].firstRange(ofDoubleColonFrom: place) != nil
    guard isSixth, groups.allSatisfy({ $0.count <= 4 }), text.contains(where: { $0.isDigit }) else {
      return nil
    }
    return ("<ip>", end)
  }

  /// `https://host/a/b?c`: scheme and host stay, of the path the last part.
  mutating func writeURL() -> Bool {
    guard isAtStart, line[place].isLetter else { return false }
    let scheme = line.end(from: place, upTo: 16) { $0.isAlphanumeric || "+-.".utf8.contains($0) }
    guard line.has("://", at: scheme) else { return false }
    copy(to: scheme + 3)
    let host = line.end(from: place, upTo: 256) {
      $0.isWord || "-.:@[]".utf8.contains($0) && $0 != 0x5D
    }
    var authority = TemplateWriter(Array(line[place..<host]), isQuoted: true)
    out += authority.run()
    place = host
    let path = line.end(from: place) {
      $0 > 0x20 && !$0.isQuote && !"?#<>|(){}\\,;".utf8.contains($0)
    }
    if path > place { writePathTail(to: path) }
    if line.byte(place) == .ascii("?") {
      out.append(.ascii("?"))
      let query = line.end(from: place) {
        $0 > 0x20 && !$0.isQuote && !"<>|(){}\\,;".utf8.contains($0)
      }
      let isMasked = line.has("?<query>", at: place)
      write("<query>", to: isMasked ? place + 8 : query)
    }
    return true
  }

  /// `arn:aws:service:region:account:resource`
  mutating func writeARN() -> Bool {
    guard isAtStart, line.has("arn:", at: place) else { return false }
    let partition = line.end(from: place + 4) { $0.isLower || $0 == .ascii("-") }
    let service = line.end(from: partition + 1) { $0.isAlphanumeric || $0 == .ascii("-") }
    guard line.byte(partition) == .ascii(":"), line.byte(service) == .ascii(":") else {
      return false
    }
    copy(to: service + 1)
    let region = line.end(from: place) { $0.isAlphanumeric || $0 == .ascii("-") }
    if line.byte(region) == .ascii(":") {
      if region > place { write("<region>", to: region) }
      copy(to: region + 1)
    }
    return true
  }

  /// `/srv/app/tools.json` → `<path>/tools.json`, also `C:\…`, `./…`, `src/a.rs`.
  mutating func writePath() -> Bool {
    let before = line.byte(place - 1)
    guard place >= pathless, !before.isWord, before != .ascii(">"), before != .ascii("/") else {
      return false
    }
    let isDrive = line[place].isLetter && line.has(":\\", at: place + 1)
    var end = line.end(from: isDrive ? place + 2 : place, upTo: 400) {
      $0.isWord || "-./\\@+~$%".utf8.contains($0) || $0 >= 0x80
    }
    pathless = end
    while end > place, line[end - 1] == .ascii(".") { end -= 1 }
    let text = line[place..<end]
    let slashes = text.count { $0 == .ascii("/") || $0 == .ascii("\\") }
    let isAbsolute = isDrive || "/~.\\".utf8.contains(line[place])
    guard slashes >= (isAbsolute ? 2 : 1), isAbsolute || hasExtension(text) else { return false }
    writePathTail(to: end)
    return true
  }

  /// A name, a dot, then one to five letters.
  private func hasExtension(_ text: ArraySlice<UInt8>) -> Bool {
    guard let dot = text.lastIndex(of: .ascii(".")),
      let slash = text.lastIndex(where: { $0 == .ascii("/") || $0 == .ascii("\\") }),
      slash < dot - 1
    else { return false }
    let name = text[(dot + 1)...]
    return (1...5).contains(name.count) && name.allSatisfy { $0.isLetter }
  }

  /// All but the last part of a path becomes `<path>`.
  private mutating func writePathTail(to end: Int) {
    var slash = end - 1
    while slash > place, line[slash] != .ascii("/"), line[slash] != .ascii("\\") { slash -= 1 }
    if slash > place { out += Array("<path>".utf8) }
    out.append(.ascii("/"))
    var name = TemplateWriter(Array(line[min(slash + 1, end)..<end]), isQuoted: true)
    out += name.run()
    place = end
  }

  /// `eu-central-1`, `us-gov-west-1`
  mutating func writeRegion() -> Bool {
    guard isAtStart, line[place].isLower, line[safe: place + 2] == .ascii("-") else { return false }
    var next = place + 3
    for part in ["gov-", "iso-", "isob-"] where line.has(part, at: next) { next += part.utf8.count }
    let directions = [
      "northeast", "southeast", "northwest", "southwest", "north", "south", "east", "west",
      "central",
    ]
    guard let direction = directions.first(where: { line.has($0 + "-", at: next) }) else {
      return false
    }
    let digit = next + direction.utf8.count + 1
    guard line.byte(digit).isDigit else { return false }
    let end = line.byte(digit + 1).isLower && !line.byte(digit + 2).isWord ? digit + 2 : digit + 1
    guard !line.byte(end).isWord else { return false }
    write("<region>", to: end)
    return true
  }
}

extension ArraySlice<UInt8> {
  fileprivate func firstRange(ofDoubleColonFrom start: Int) -> Int? {
    indices.dropLast().first { self[$0] == .ascii(":") && self[$0 + 1] == .ascii(":") }
  }
}

extension [UInt8] {
  fileprivate subscript(safe index: Int) -> UInt8 { byte(index) }
}
