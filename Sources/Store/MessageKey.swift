import CSodium

/// Signatures of messages (https://github.com/standard-webhooks/standard-webhooks): HMAC-SHA256
/// over "id.timestamp.body", with a key that both sides know.
package enum MessageKey {
  private static let prefix = "whsec_"

  /// A new key of 24 random bytes, as the receiver is given it.
  package static func make() -> String {
    var bytes = [UInt8](repeating: 0, count: 24)
    randombytes_buf(&bytes, bytes.count)
    return prefix + base64(bytes)
  }

  /// Whether a text is a key as `make` writes it: 24 to 64 bytes.
  package static func isOne(_ text: String) -> Bool {
    (24...64).contains(bytes(of: text)?.count ?? 0)
  }

  /// What stands in the header `webhook-signature`; nil when the key is none.
  package static func signature(
    _ key: String, id: String, timestamp: Int, body: [UInt8]
  ) -> String? {
    guard let key = bytes(of: key), sodium_init() >= 0 else { return nil }
    let message = Array("\(id).\(timestamp).".utf8) + body
    var state = crypto_auth_hmacsha256_state()
    var digest = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_bytes()))
    crypto_auth_hmacsha256_init(&state, key, key.count)
    crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
    crypto_auth_hmacsha256_final(&state, &digest)
    return "v1," + base64(digest)
  }

  private static func bytes(of key: String) -> [UInt8]? {
    guard key.hasPrefix(prefix) else { return nil }
    let text = Array(key.utf8.dropFirst(prefix.utf8.count))
    var bytes = [UInt8](repeating: 0, count: text.count)
    var count = 0
    let code = text.withUnsafeBytes { buffer in
      sodium_base642bin(
        &bytes, bytes.count, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), text.count,
        nil, &count, nil, sodium_base64_VARIANT_ORIGINAL)
    }
    return code == 0 && count > 0 ? Array(bytes[..<count]) : nil
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    var text = [CChar](
      repeating: 0,
      count: sodium_base64_encoded_len(bytes.count, sodium_base64_VARIANT_ORIGINAL))
    sodium_bin2base64(&text, text.count, bytes, bytes.count, sodium_base64_VARIANT_ORIGINAL)
    return String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
