package import JSON
import SQLite

/// The answer to a request with an `Idempotency-Key`, to be given again.
package struct KeptAnswer: Sendable, Equatable {
  /// Digest of what was asked, so that the same key with another body is noticed.
  package let request: String
  package let status: Int
  package let phrase: String
  package let headers: [JSON.Member]
  package let body: [UInt8]

  package init(
    request: String, status: Int, phrase: String, headers: [JSON.Member], body: [UInt8]
  ) {
    self.request = request
    self.status = status
    self.phrase = phrase
    self.headers = headers
    self.body = body
  }

  /// Seconds that an answer is kept.
  package static let age = 86_400
  /// At most so many are kept; then the oldest go before their time.
  package static let limit = 50_000
  static let forgotten = 410

  /// Whether what it told of was deleted since.
  package var isForgotten: Bool { status == KeptAnswer.forgotten && body.isEmpty }
}

extension Reading {
  /// What was answered under that key in the last 24 hours.
  package func keptAnswer(_ key: String, now: Time) throws -> KeptAnswer? {
    try connection.first(
      """
      SELECT request, status, phrase, headers, body FROM idempotency
      WHERE key = \(key) AND created_at > \((now + -KeptAnswer.age).milliseconds)
      """
    ) { row in
      KeptAnswer(
        request: String(decoding: row.blob(0), as: UTF8.self), status: row.int(1),
        phrase: row.text(2), headers: (try? JSON.read(Array(row.text(3).utf8)).members) ?? [],
        body: row.blob(4))
    }
  }
}

extension Writing {
  /// Keeps an answer in the transaction that it tells of, and drops those that are too old.
  package func keep(_ answer: KeptAnswer, as key: String) throws {
    try connection.execute(
      "DELETE FROM idempotency WHERE created_at <= \((now + -KeptAnswer.age).milliseconds)")
    try connection.execute(
      """
      INSERT INTO idempotency (key, request, status, phrase, headers, body, created_at)
      VALUES (\(key), \(Array(answer.request.utf8)), \(answer.status), \(answer.phrase),
        \(String(decoding: JSON.object(answer.headers).bytes, as: UTF8.self)), \(answer.body),
        \(now.milliseconds))
      """)
  }

  /// Empties answers that tell of what was deleted; what asked for them is still not done again.
  func forgetAnswers(about id: String) throws {
    try connection.execute(
      """
      UPDATE idempotency SET status = \(KeptAnswer.forgotten), headers = '{}', body = x''
      WHERE instr(headers, \(id)) > 0 OR instr(body, \(id)) > 0
      """)
  }

  /// Drops the oldest answers beyond `limit`.
  package func trimKeptAnswers(to limit: Int = KeptAnswer.limit) throws {
    try connection.execute(
      """
      DELETE FROM idempotency WHERE key IN
        (SELECT key FROM idempotency ORDER BY created_at DESC LIMIT -1 OFFSET \(limit))
      """)
  }
}
