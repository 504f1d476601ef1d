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

  /// The hashes to look a line up by: all its runs, and shorter ones for short samples.
  package static func keys(ofLine text: String) -> [Int64] {
    let words = Array(Analyzer.words(of: Template.of(text)).prefix(120))
    var keys = windows(words, length)
    for short in 2..<length { keys += windows(words, short) }
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

  /// How much of `sample`'s words stand in `line` in order and close together, 0…1.
  package static func overlap(sample: [String], line: [String]) -> Double {
    guard !sample.isEmpty, !line.isEmpty else { return 0 }
    // Longest common subsequence: samples and lines are short.
    var previous = [Int](repeating: 0, count: line.count + 1)
    var current = previous
    for word in sample {
      for index in line.indices {
        current[index + 1] =
          word == line[index]
          ? previous[index] + 1 : max(previous[index + 1], current[index])
      }
      swap(&previous, &current)
    }
    return Double(previous[line.count]) / Double(sample.count)
  }
}
