@testable import Diagnosis

/// A corpus in memory: issues as lists of texts, without a database.
struct MemoryCorpus: Corpus {
  struct Issue {
    var title: String
    var aliases: [String] = []
    var samples: [String] = []
    var notSamples: [String] = []
    var symptoms: [String] = []
    var fixes: [String] = []
    var isInScope = true
  }

  private var indexed: [IndexedIssue] = []
  private let issues: [Issue]

  /// The issues' ids are their places, from 1.
  init(_ issues: [Issue]) {
    self.issues = issues
    indexed = issues.map { issue in
      var texts: [(field: Field, text: String)] = [(.title, issue.title)]
      texts += issue.aliases.map { (.alias, $0) }
      texts += issue.samples.map { (.sample, $0) }
      texts += issue.symptoms.map { (.symptom, $0) }
      texts += issue.fixes.map { (.fix, $0) }
      return IndexedIssue(texts)
    }
  }

  func issueCount() -> Int { issues.count }

  func averageLength() -> Double {
    Double(indexed.reduce(0) { $0 + $1.vector.length }) / Double(max(issues.count, 1))
  }

  func frequencies(_ tokens: [String]) -> [String: Int] {
    var frequencies: [String: Int] = [:]
    for token in Set(tokens) {
      let count = indexed.count { $0.tokens.contains(token) }
      if count > 0 { frequencies[token] = count }
    }
    return frequencies
  }

  var hidesIssues: Bool { false }

  func postings(_ hashes: [UInt32], _ body: (UInt32, Int, UnsafeRawBufferPointer) -> Void) {
    for hash in hashes {
      var block = PostingBlock()
      for (index, issue) in indexed.enumerated() {
        for posting in issue.vector.postings where posting.hash == hash {
          block.set([(place: UInt16(index + 1), count: posting.count)])
        }
      }
      block.bytes.withUnsafeBytes { body(hash, 0, $0) }
    }
  }

  func vectors(_ ids: [Int]) -> [CorpusVector] {
    ids.map {
      CorpusVector(
        issueID: $0, vector: indexed[$0 - 1].vector, isInScope: issues[$0 - 1].isInScope)
    }
  }

  func words(_ ids: [Int]) -> [(id: Int, words: IssueWords)] {
    ids.map { ($0, indexed[$0 - 1].words) }
  }

  func brokenChecks(_ assignments: [Assignment]) -> [BrokenCheck] { [] }

  func samples(sharing keys: [Int64]) -> [CorpusSample] {
    let keys = Set(keys)
    var found: [CorpusSample] = []
    for (index, issue) in issues.enumerated() {
      for (texts, negative) in [(issue.samples, false), (issue.notSamples, true)] {
        for text in texts where !keys.isDisjoint(with: Shingles.keys(ofSample: text)) {
          found.append(CorpusSample(issueID: index + 1, text: text, negative: negative))
        }
      }
    }
    return found
  }
}

extension MemoryCorpus {
  /// A small base of a bakery's oven controller, which no one else writes about.
  static let bakery = MemoryCorpus([
    Issue(
      title: "E17 Door Sensor Lost",
      aliases: ["the oven says the door is open but it is closed", "door contact error"],
      samples: ["[oven] ERROR E17: door sensor not seen for 30 s"],
      notSamples: ["[proofer] ERROR E17: steam valve not seen for 30 s"],
      symptoms: ["The display shows E17 and baking stops"],
      fixes: ["Clean the contact and press `RESET_DOOR`"]),
    Issue(
      title: "Recipe Upload Times Out",
      aliases: ["recipe never arrives at the oven"],
      samples: ["upload of recipe rye-dark failed: deadline exceeded after 60 s"],
      symptoms: ["`ovenctl push --recipe` hangs and ends with a timeout"],
      fixes: ["Put the oven and the laptop into one network"]),
    Issue(
      title: "Burner Ignition Failed",
      samples: ["[burner] FATAL IgnitionTimeoutError: no flame after 3 attempts"],
      symptoms: ["The burner clicks, no flame is seen"],
      fixes: ["Open the gas valve"]),
    Issue(
      title: "Firmware Signature Rejected",
      samples: ["firmware 4.2.1 refused: signature does not match key oven-prod"],
      symptoms: ["`ovenctl flash` prints that the image is not signed"],
      fixes: ["Load the image of your model again"]),
    Issue(
      title: "Steam Valve Stuck", samples: ["steam valve blocked, flow 0.0 l/min"],
      symptoms: ["Bread has no crust"], fixes: ["Remove lime from the valve"], isInScope: false),
  ])
}
