import Foundation

/// Real files beside the checkout; what uses them is skipped where there are none.
package enum Shared {
  private static let folder: String =
    ProcessInfo.processInfo.environment["FIXBOOK_SHARED"]
    ?? URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared").path

  package static func path(_ name: String) -> String { folder + "/" + name }

  package static func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(name))
  }

  package static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Names of the folders of Markdown files, below `corpora/markdown`.
  package static let corpora: [String] = names(in: "corpora/markdown").filter { !$0.contains(".") }

  /// Paths of the Markdown files of all layouts, below `corpora/markdown`.
  package static let markdownFiles: [String] = corpora.flatMap { folder in
    names(in: "corpora/markdown/" + folder).map { folder + "/" + $0 }
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
  }
}
