package struct Intake { var buffer: [UInt8] = []; package init() {}
 package mutating func feed(_ bytes: [UInt8]) { buffer += bytes }
 package mutating func finish() -> PastedText { let t = String(decoding: buffer, as: UTF8.self); let lines = t.split(separator: "\n", omittingEmptySubsequences: false); return PastedText(lines: lines.enumerated().map { SignalLine(number: $0.offset+1, text: String($0.element), weight: 1) }, lineCount: lines.count, byteCount: buffer.count, redacted: 0, isLog: lines.count > 8) }
 package static func read(_ text: String) -> PastedText { var i = Intake(); i.feed(Array(text.utf8)); return i.finish() } }
package enum SecretMasker { package static func mask(_ text: String) -> (text: String, count: Int) { (text, 0) } }
