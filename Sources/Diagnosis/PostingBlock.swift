/// Issues that have a token, and how much it counts in each: those of one range of ids.
///
/// As bytes: the places of the issues in the range, two bytes each, ascending; then as many bytes with
/// what the token counts there. So a word of half a million issues is read at a few bytes an issue,
/// without a step that decodes.
package struct PostingBlock: Equatable, Sendable {
  /// Issues of one block. Fewer make more rows to look up, more make larger rows to write again.
  package static let span = 1 << 15

  /// Places in the range, ascending.
  package private(set) var places: [UInt16] = []
  package private(set) var counts: [UInt8] = []

  package init() {}

  package init(bytes: [UInt8]) {
    let count = bytes.count / 3
    places.reserveCapacity(count)
    for index in 0..<count {
      places.append(UInt16(bytes[index * 2]) | UInt16(bytes[index * 2 + 1]) << 8)
    }
    counts = Array(bytes[(count * 2)..<(count * 3)])
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(places.count * 3)
    for place in places {
      bytes.append(UInt8(place & 0xff))
      bytes.append(UInt8(place >> 8))
    }
    return bytes + counts
  }

  /// Sets what the token counts in issues, given by ascending place; 0 takes an issue out.
  package mutating func set(_ changes: some Sequence<(place: UInt16, count: UInt8)>) {
    var places: [UInt16] = []
    var counts: [UInt8] = []
    places.reserveCapacity(self.places.count + 1)
    counts.reserveCapacity(self.places.count + 1)
    var index = 0
    for (place, count) in changes {
      while index < self.places.count, self.places[index] < place {
        places.append(self.places[index])
        counts.append(self.counts[index])
        index += 1
      }
      if index < self.places.count, self.places[index] == place { index += 1 }
      if count > 0 {
        places.append(place)
        counts.append(count)
      }
    }
    places += self.places[index...]
    counts += self.counts[index...]
    self.places = places
    self.counts = counts
  }
}

extension IssueVector {
  /// What each token counts in the issue, in steps of an eighth, for its block: never 0.
  package var postings: [(hash: UInt32, count: UInt8)] {
    var postings: [(hash: UInt32, count: UInt8)] = []
    forEachEntry { hash, _, weight in
      // Of two tokens with one hash the first, as for the score.
      if postings.last?.hash != hash {
        postings.append((hash, UInt8(min(max(weight * 8, 1), 255))))
      }
    }
    return postings
  }
}
