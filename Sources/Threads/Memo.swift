import Glibc
import Synchronization

/// What a function made of its inputs, kept for the next time, since the same inputs give the same
/// again: nothing in here can be out of date. About `limit` bytes at most.
package final class Memo<Input: Hashable & Sendable, Output: Sendable>: Sendable {
  private let kept: Mutex<Recent<Input, Output>>
  /// Beside the bytes of input and output: fields and places in tables.
  private static var overhead: Int { 256 }

  package init(limit: Int) { kept = Mutex(Recent(limit: limit)) }

  /// The output for that input; `make` is called when it is not known. `size` tells how many bytes
  /// input and output take together.
  package func callAsFunction(
    _ input: Input, size: (Output) -> Int, make: () -> Output
  ) -> Output {
    if let known = kept.withLock({ $0.value(for: input) }) { return known }
    let output = make()
    let bytes = size(output) + Self.overhead
    kept.withLock { $0.insert(output, for: input, size: bytes) }
    return output
  }
}

/// Text that equals only the same bytes. To `String`, "é" equals "e" with an accent after it.
package struct ExactText: Sendable, Hashable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    let isEqual = left.text.utf8.withContiguousStorageIfAvailable { left in
      right.text.utf8.withContiguousStorageIfAvailable { right in
        left.count == right.count
          && (left.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0)
      }
    }
    return (isEqual ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    let isWhole: Void? = text.utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if isWhole == nil { for byte in text.utf8 { hasher.combine(byte) } }
  }
}
