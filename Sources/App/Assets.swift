import CAssets
import HTTP
import Store

/// Files of `Public/assets`, inside the program. Their addresses carry a digest, so that browsers may
/// keep them for ever.
enum Assets {
  struct Asset: Sendable {
    let bytes: [UInt8]
    let type: String
    let digest: String
  }

  private static let all: [String: Asset] = {
    var assets: [String: Asset] = [:]
    let prefix = "Public/assets/"
    for index in 0..<fixbook_asset_count() {
      let asset = fixbook_asset_at(index)!.pointee
      let path = String(cString: asset.path)
      guard path.hasPrefix(prefix) else { continue }
      let bytes = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.length))
      assets[String(path.dropFirst(prefix.count))] = Asset(
        bytes: bytes, type: type(of: path), digest: String(Secrets.digest(bytes).prefix(12)))
    }
    return assets
  }()

  /// The shipped guides, as Markdown, in the order of their names.
  package static var guides: [(name: String, bytes: [UInt8])] {
    (0..<fixbook_asset_count()).compactMap { index in
      let asset = fixbook_asset_at(index)!.pointee
      let path = String(cString: asset.path)
      guard path.hasPrefix("Public/guides/") else { return nil }
      return (
        String(path.dropFirst("Public/guides/".count)),
        Array(UnsafeBufferPointer(start: asset.bytes, count: asset.length))
      )
    }
  }

  static func url(_ name: String) -> String {
    "/assets/\(name)?v=\(all[name]?.digest ?? "0")"
  }

  static func reply(_ name: String, _ context: Context) throws(Failure) -> Reply {
    guard let asset = all[name] else { throw Failure.notFound("file") }
    let isCurrent = context.request.rawQuery == "v=" + asset.digest
    return .bytes(
      asset.bytes, type: asset.type,
      headers: [
        HeaderFields.Field(
          "Cache-Control", isCurrent ? "public, max-age=31536000, immutable" : "no-cache")
      ])
  }

  private static func type(of path: String) -> String {
    switch path.split(separator: ".").last {
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "application/octet-stream"
    }
  }
}
