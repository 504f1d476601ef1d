import Testing

@testable import Diagnosis

@Suite("Runs, shingles and samples")
struct RunsTests {
  private func runs(_ line: String, _ texts: [(field: Field, text: String)]) throws -> RunMatch {
    let query = try Query(Intake.read(line), corpus: MemoryCorpus.bakery)
    var finder = RunFinder(query, line: 0)
    return finder.find(in: IndexedIssue(texts).words)
  }

  @Test("The longest run is found with its field and place")
  func longest() throws {
    let match = try runs(
      "today the door sensor not seen again",
      [(.title, "Sensor"), (.symptom, "the door sensor not seen for a while")])
    #expect(match.longestCount == 5)
    #expect(match.longestEnd == 5)
    #expect(match.field == .symptom)
    #expect(match.pairs > 0)
  }

  @Test("Runs do not go over the border of two texts")
  func borders() throws {
    let match = try runs("door sensor", [(.symptom, "a door"), (.symptom, "sensor b")])
    #expect(match.longestCount == 0)
    #expect(match.pairs == 0)
  }

  @Test("Words that come again do not count twice")
  func repeated() throws {
    let match = try runs("door door door", [(.title, "door door door door")])
    #expect(match.longestCount <= 4)
    #expect(match.title == 1)
  }

  @Test("An equal text is most alike")
  func likeness() throws {
    let same = try runs("burner ignition failed", [(.title, "Burner Ignition Failed")])
    let part = try runs("burner ignition failed", [(.title, "Ignition of the pilot light and fan")])
    #expect(same.likeness > 0.99)
    #expect(part.likeness < same.likeness)
  }

  @Test("Overlap counts words in order, by weight")
  func overlap() {
    let sample = ["door", "sensor", "not", "seen"]
    let weights = [4.0, 4, 0.3, 1.7]
    func overlap(_ line: [String]) -> Double {
      Shingles.overlap(sample: sample, weights: weights, line: line)
    }
    #expect(overlap(sample) == 1)
    #expect(overlap(["x"] + sample + ["y"]) == 1)
    #expect(overlap(["sensor", "door"]) == 0.4)
    #expect(overlap([]) == 0)
    #expect(overlap(["not"]) < 0.05)
  }

  @Test(
    "A sample is found by any of its runs",
    arguments: [
      "E17", "no flame", "one two three", "a b c d e f g h",
    ])
  func shingles(sample: String) {
    let line = "before " + sample + " after"
    let keys = Set(Shingles.keys(ofLine: Analyzer.words(of: Template.of(line))))
    #expect(!keys.isDisjoint(with: Shingles.keys(ofSample: sample)))
  }

  @Test("Everyday words tell little, even in a small base")
  func rarity() {
    #expect(Rarity.idf("error", in: 0, of: 30) < 1.5)
    #expect(Rarity.idf("psycopg2", in: 0, of: 30) > 4)
    #expect(Rarity.idf("door", in: 20, of: 30) < Rarity.idf("door", in: 1, of: 30))
  }
}
