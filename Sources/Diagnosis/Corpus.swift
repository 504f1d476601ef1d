/// What is known of the indexed issues. The store implements it; tests use one in memory.
package protocol Corpus {
  /// Issues in the index.
  func issueCount() throws -> Int
  /// Mean of `IssueVector.length`.
  func averageLength() throws -> Double
  /// In how many issues each token occurs; absent tokens are left out.
  func frequencies(_ tokens: [String]) throws -> [String: Int]
  /// Calls `body` with each block (`PostingBlock`) of tokens, given by their hashes, and the id of the
  /// first issue of its range; range by range, lowest first. Of all issues, whoever may see them.
  func postings(_ hashes: [UInt32], _ body: (UInt32, Int, UnsafeRawBufferPointer) -> Void) throws
  /// Whether there are issues that may not be seen.
  var hidesIssues: Bool { get }
  /// Vectors of those of the issues that may be seen.
  func vectors(_ ids: [Int]) throws -> [CorpusVector]
  /// The words of issues in order.
  func words(_ ids: [Int]) throws -> [(id: Int, words: IssueWords)]
  /// Samples that share a key of `Shingles`.
  func samples(sharing keys: [Int64]) throws -> [CorpusSample]
  /// Of values given to names, those that break a check of an issue.
  func brokenChecks(_ assignments: [Assignment]) throws -> [BrokenCheck]
}

/// An issue's vector, and whether the issue is among those asked for.
package struct CorpusVector: Sendable {
  package let issueID: Int
  package let vector: IssueVector
  /// False for issues of other guides when one guide is asked: they are no answers, but that
  /// one of them explains a text better speaks against an answer of this guide.
  package let isInScope: Bool

  package init(issueID: Int, vector: IssueVector, isInScope: Bool) {
    self.issueID = issueID
    self.vector = vector
    self.isInScope = isInScope
  }
}

/// A sample line of an issue.
package struct CorpusSample: Sendable {
  package let issueID: Int
  package let text: String
  package let negative: Bool

  package init(issueID: Int, text: String, negative: Bool) {
    self.issueID = issueID
    self.text = text
    self.negative = negative
  }
}
