/// What is left of a pasted text after cleaning, masking and finding the signal:
/// all that matching, storing and showing ever see.
package struct PastedText: Sendable, Equatable {
  /// The lines worth matching, in line order, at most `Intake.lineLimit`.
  package var lines: [SignalLine]
  /// Lines of the input, counting a last one without newline.
  package var lineCount: Int
  package var byteCount: Int
  /// Secrets replaced.
  package var redacted: Int
  /// True when the input looks like a log (many lines, or time stamps and severities),
  /// false for a question, a message, a few lines.
  package var isLog: Bool

  package init(
    lines: [SignalLine], lineCount: Int, byteCount: Int, redacted: Int, isLog: Bool
  ) {
    self.lines = lines
    self.lineCount = lineCount
    self.byteCount = byteCount
    self.redacted = redacted
    self.isLog = isLog
  }
}

/// One line that may matter.
package struct SignalLine: Sendable, Equatable {
  /// Counted from 1 in the input as sent.
  package var number: Int
  /// Cleaned, secrets masked, at most `Intake.lineLength` characters.
  package var text: String
  /// How much this line matters, 0…1: an error line of a log is near 1, chatter near 0;
  /// the lines of a short text are all 1.
  package var weight: Double
  /// How many lines had the same template (this one is the first of them).
  package var repeats: Int

  package init(number: Int, text: String, weight: Double, repeats: Int = 1) {
    self.number = number
    self.text = text
    self.weight = weight
    self.repeats = repeats
  }
}
