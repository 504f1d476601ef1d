import TestSupport
import Testing

@testable import Diagnosis

struct PostingTests {
  @Test func `a block keeps places in order and takes issues out`() {
    var block = PostingBlock()
    block.set([(place: 5, count: 7), (place: 9, count: 1)])
    block.set([(place: 1, count: 255), (place: 5, count: 0), (place: 32_767, count: 3)])
    block.set([(place: 9, count: 2), (place: 12, count: 0)])
    #expect(block.places == [1, 9, 32_767])
    #expect(block.counts == [255, 2, 3])
    #expect(PostingBlock(bytes: block.bytes) == block)
    block.set([1, 9, 32_767].map { (place: $0, count: 0) })
    #expect(block.bytes.isEmpty)
  }

  @Test func `an issue's postings are its tokens, each counted at least once`() {
    let issue = IndexedIssue([(.title, "Door sensor lost"), (.other, "sensor cable")])
    let counts = Dictionary(uniqueKeysWithValues: issue.vector.postings.map { ($0.hash, $0.count) })
    #expect(counts.count == Set(issue.tokens).count)
    #expect(counts.values.allSatisfy { $0 > 0 })
    let sensor = counts[IssueVector.hash("sensor")]!
    #expect(sensor > counts[IssueVector.hash("door")]!)
    #expect(counts[IssueVector.hash("door")]! > counts[IssueVector.hash("cabl")]!)
  }

  /// Blocks of a few tokens over several ranges, made by a rule, and the same sums by a plain loop.
  @Test(arguments: [60, 4_000])
  func `candidates are those with the greatest sums, of equal ones the first`(issues: Int) {
    let tokens: [(hash: UInt32, worth: Double)] = (1...9).map { ($0 &* 2_654_435_761, Double($0)) }
    var sums: [Int: Float] = [:]
    var random = Seeded(7)
    var found = CandidateSums(tokens, limit: 40)
    for range in 0..<3 {
      let base = range * PostingBlock.span
      for token in tokens {
        var block = PostingBlock()
        let places = Set((0..<issues).map { _ in UInt16(random.next() % UInt64(3 * issues)) })
        block.set(places.sorted().map { (place: $0, count: UInt8(1 + random.next() % 30)) })
        for (place, count) in zip(block.places, block.counts) {
          sums[base + Int(place), default: 0] += Float(
            token.worth * Scorer.saturated(Double(count) / 8, norm: 1))
        }
        block.bytes.withUnsafeBytes { found.add(token.hash, base: base, $0) }
      }
    }
    let expected = sums.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    #expect(found.finish() == expected.prefix(40).map(\.key))
  }

  @Test func `blocks of other tokens and broken ones change nothing`() {
    var found = CandidateSums([(hash: 1, worth: 1)], limit: 5)
    [UInt8]([3, 0, 8]).withUnsafeBytes { found.add(2, base: 0, $0) }
    [UInt8]([0xff, 0xff, 8]).withUnsafeBytes { found.add(1, base: 0, $0) }
    [UInt8]([1]).withUnsafeBytes { found.add(1, base: 0, $0) }
    [UInt8]([7, 0, 8]).withUnsafeBytes { found.add(1, base: 0, $0) }
    #expect(found.finish() == [7])
  }

  @Test func `of words that most issues have the issue with all of them is found`() {
    var issues = (0..<900).map { number in
      MemoryCorpus.Issue(title: "Part \(number % 7)", symptoms: ["the pump \(number % 3) hums"])
    }
    for number in stride(from: 0, to: 900, by: 2) { issues[number].symptoms.append("valve leaks") }
    issues[701] = MemoryCorpus.Issue(title: "Pump and valve", symptoms: ["it hums and leaks"])
    let hits = try? Matcher().search(
      PastedText(
        lines: [SignalLine(number: 1, text: "pump valve hums leaks", weight: 1)], lineCount: 1,
        byteCount: 0, redacted: 0, isLog: false), corpus: MemoryCorpus(issues), limit: 3)
    #expect(hits?.first?.issueID == 702)
  }
}
