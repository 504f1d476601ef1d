import Foundation

/// A folder of a test's own, which goes with its last reference.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fixbook-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  package func file(_ name: String = "test.db") -> String { path + "/" + name }

  /// Whether a file in it has the text somewhere among its bytes.
  package func hasFile(containing text: String) throws -> Bool {
    try FileManager.default.contentsOfDirectory(atPath: path).contains { name in
      try Data(contentsOf: URL(fileURLWithPath: file(name))).range(of: Data(text.utf8)) != nil
    }
  }
}
