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

  /// The line that says best what went wrong; the first of those that say it equally well.
  package var mostTelling: SignalLine? {
    var best: SignalLine?
    for line in lines where line.telling > best?.telling ?? -1 { best = line }
    return best
  }

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
  /// How well this line stands for the whole text, 0…1: of a short text, too, an error says more than
  /// the line that the server started.
  package var telling: Double

  package init(
    number: Int, text: String, weight: Double, repeats: Int = 1, telling: Double? = nil
  ) {
    self.telling = telling ?? weight
    self.number = number
    self.text = text
    self.weight = weight
    self.repeats = repeats
  }
}
