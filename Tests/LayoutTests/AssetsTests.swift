import CAssets
import Foundation
import Testing

struct AssetsTests {
  private static let embedded: [String: [UInt8]] = {
    var files: [String: [UInt8]] = [:]
    for index in 0..<fixbook_asset_count() {
      let asset = fixbook_asset_at(index)!.pointee
      files[String(cString: asset.path)] = Array(
        UnsafeBufferPointer(start: asset.bytes, count: asset.length))
    }
    return files
  }()

  private static let onDisk = ["Public", "migrations"].flatMap { folder in
    Package.files(below: folder).map { folder + "/" + $0 }
  }

  @Test func `every file of the data folders is in the program, and no other`() {
    #expect(Set(Self.embedded.keys) == Set(Self.onDisk))
    #expect(Int(fixbook_asset_count()) == Self.embedded.count)
  }

  @Test(arguments: onDisk)
  func `a file in the program is the file on disk`(path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Package.root.appendingPathComponent(path)))
    // C has no empty array: an empty file is one zero byte.
    #expect(Self.embedded[path] == (bytes.isEmpty ? [0] : bytes))
  }

  @Test func `migrations are numbered from one without gaps and end with a line end`() {
    let files = Package.files(below: "migrations")
    #expect(!files.isEmpty)
    for (index, file) in files.enumerated() {
      let number = String(index + 1)
      let padded = String(repeating: "0", count: 4 - number.count) + number
      #expect(file.hasPrefix(padded + "_") && file.hasSuffix(".sql"))
    }
    for (path, bytes) in Self.embedded where path.hasPrefix("migrations/") {
      #expect(bytes.last == 0x0a, "\(path)")
    }
  }
}
