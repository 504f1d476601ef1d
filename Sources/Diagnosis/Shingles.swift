/// Runs of words, hashed: how a sample is found inside a longer line without comparing it with
/// every line of every log.
package enum Shingles {
  /// Words of a run. A sample of fewer words is one run.
  static let length = 4

  /// The hashes under which a sample is stored: its runs, so that one shared run makes it a candidate.
  package static func keys(ofSample text: String) -> [Int64] {
    let words = Analyzer.words(of: Template.of(text))
    guard words.count > length else { return words.isEmpty ? [] : [hash(words[...])] }
    return windows(words, length)
  }

  /// The hashes to look a line up by, from its template's words: all its runs, and shorter ones for
  /// short samples.
  static func keys(ofLine words: [String]) -> [Int64] {
    var keys = windows(words, length)
    for short in 1..<length { keys += windows(words, short) }
    return keys
  }

  private static func windows(_ words: [String], _ length: Int) -> [Int64] {
    guard words.count >= length else { return [] }
    return (0...words.count - length).map { hash(words[$0..<$0 + length]) }
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ words: ArraySlice<String>) -> Int64 {
    var hash: UInt64 = 14_695_981_039_346_656_037
    for word in words {
      for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
      hash = (hash ^ 0x20) &* 1_099_511_628_211
    }
    return Int64(bitPattern: hash)
  }

  /// How much of `sample` stands in `line` in order, 0…1, each word counted by its weight.
  static func overlap(sample: [String], weights: [Double], line: [String]) -> Double {
    guard !sample.isEmpty, !line.isEmpty else { return 0 }
    // Heaviest common subsequence: samples and lines are short.
    var previous = [Double](repeating: 0, count: line.count + 1)
    var current = previous
    for (word, weight) in zip(sample, weights) {
      for index in line.indices {
        current[index + 1] =
          word == line[index]
          ? previous[index] + weight : max(previous[index + 1], current[index])
      }
      swap(&previous, &current)
    }
    let all = weights.reduce(0, +)
    return all > 0 ? previous[line.count] / all : 0
  }
}
