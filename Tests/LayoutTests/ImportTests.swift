import Foundation
import Testing

/// The package's files.
enum Package {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func files(below folder: String, suffix: String = "") -> [String] {
    let base = root.appendingPathComponent(folder)
    let paths =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { path in
      var isFolder: ObjCBool = false
      return path.hasSuffix(suffix)
        && FileManager.default.fileExists(
          atPath: base.appendingPathComponent(path).path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }
}

/// What each module may import. docs/architecture.md has the same table with the reasons.
let mayImport: [String: Set<String>] = [
  "HTTP": [],
  "JSON": [],
  "Guide": [],
  "Diagnosis": ["Glibc"],
  "Markup": ["CCmark", "Threads", "Glibc", "Synchronization"],
  "Threads": ["CSystem", "Glibc", "Synchronization"],
  "Sockets": ["CSystem", "Glibc", "Synchronization"],
  "Server": ["Sockets", "HTTP", "CSystem", "Threads", "Glibc", "Synchronization"],
  "SQLite": ["CSQLite", "CSystem", "Threads", "Glibc", "Synchronization"],
  "Store": [
    "SQLite", "CAssets", "CSodium", "Guide", "Diagnosis", "JSON", "Threads", "Glibc",
    "Synchronization",
  ],
  "App": [
    "HTTP", "Store", "Markup", "Guide", "Diagnosis", "JSON", "CAssets", "CZlib", "SQLite",
    "Threads",
    "Glibc", "Synchronization",
  ],
]

struct ImportTests {
  @Test func `every module of Swift has its row and every row its module`() throws {
    let folders = Set(
      Package.files(below: "Sources", suffix: ".swift").map { String($0.split(separator: "/")[0]) })
    #expect(folders == Set(mayImport.keys).union(["fixbook"]))
  }

  @Test(arguments: mayImport.keys.sorted())
  func `a module imports only what its row lists`(module: String) throws {
    let allowed = try #require(mayImport[module])
    let files = Package.files(below: "Sources/" + module, suffix: ".swift")
    try #require(!files.isEmpty)
    for file in files {
      for name in try imports("Sources/\(module)/\(file)") {
        // The standard library's own parts are no other module.
        if name == "Swift" { continue }
        #expect(allowed.contains(name), "Sources/\(module)/\(file) imports \(name)")
      }
    }
  }

  @Test func `Foundation is imported nowhere`() throws {
    for file in Package.files(below: "Sources", suffix: ".swift") {
      let names = try imports("Sources/" + file)
      #expect(!names.contains { $0.hasPrefix("Foundation") }, "Sources/\(file)")
    }
  }

  @Test func `the manifest names what the table names`() throws {
    let manifest = try Package.text("Package.swift")
    for match in manifest.matches(of: /module\("(\w+)"(?:, \[([^\]]*)\])?\)/) {
      let name = String(match.1)
      let row = try #require(mayImport[name], "\(name) has no row")
      let named = (match.2 ?? "").split(whereSeparator: { !$0.isLetter }).map(String.init)
      for dependency in named {
        #expect(row.contains(dependency), "\(name) depends on \(dependency)")
      }
    }
  }

  @Test(arguments: [
    ("import Glibc", ["Glibc"]), ("package import Store", ["Store"]),
    ("@_spi(_Unicode) import Swift", ["Swift"]), ("@testable import App", ["App"]),
    ("import struct Foundation.Data", ["Foundation"]), ("let importer = 1", []),
    ("// import Glibc", []), ("  import Glibc", ["Glibc"]),
    ("#if os(Linux)\nimport Glibc\n#endif", ["Glibc"]),
  ])
  func `import lines are found`(text: String, names: [String]) {
    #expect(importedNames(text) == names)
  }

  private func imports(_ path: String) throws -> [String] { importedNames(try Package.text(path)) }
}

/// Modules that a Swift text imports.
func importedNames(_ text: String) -> [String] {
  text.split(separator: "\n").compactMap { line in
    let words = line.split(separator: " ")
    guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
      words[..<place].allSatisfy({
        $0.hasPrefix("@")
          || ["package", "public", "internal", "private", "fileprivate"].contains($0)
      })
    else { return nil }
    let kinds: Set<Substring> = [
      "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
    ]
    let name =
      kinds.contains(words[place + 1]) ? words.dropFirst(place + 2).first : words[place + 1]
    return name.map { String($0.split(separator: ".")[0]) }
  }
}
