import Foundation

/// Real files beside the checkout; tests that use them are skipped where there are none.
enum Shared {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["FIXBOOK_SHARED"] {
      return URL(fileURLWithPath: path)
    }
    return URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("shared")
  }()

  static let exists = FileManager.default.fileExists(
    atPath: folder.appendingPathComponent("corpora/markdown").path)

  /// Paths of the Markdown files of all layouts, below `corpora/markdown`.
  static let markdownFiles: [String] = {
    guard exists else { return [] }
    let root = folder.appendingPathComponent("corpora/markdown")
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return folders.sorted().flatMap { name -> [String] in
      let path = root.appendingPathComponent(name).path
      let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return files.sorted().map { name + "/" + $0 }
    }
  }()

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
  }
}
