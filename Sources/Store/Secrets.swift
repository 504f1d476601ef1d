import CSodium

/// Random ids and tokens, hashes of them, and passwords (https://doc.libsodium.org).
package enum Secrets {
  private static let ready: Bool = sodium_init() >= 0

  private static let hexDigits = Array("0123456789abcdef".utf8)
  /// In the order of their bytes, so that ids made of a time sort by it.
  private static let alphabet = Array("23456789abcdefghijkmnpqrstuvwxyz".utf8)

  /// Letters and digits that are not mistaken for each other; 5 bits each. 24 of them
  /// cannot be guessed.
  package static func identifier(length: Int = 24) -> String {
    precondition(ready, "libsodium does not start")
    var random = [UInt8](repeating: 0, count: length)
    randombytes_buf(&random, length)
    return String(decoding: random.map { alphabet[Int($0 & 31)] }, as: UTF8.self)
  }

  /// An identifier that begins with the time, in milliseconds modulo 2⁴⁰ (34 years), before 80 random
  /// bits: new ones stand side by side in an index, where random ones would each change a page of
  /// their own (the reason for UUID version 7, RFC 9562 §5.7).
  package static func identifier(at time: Time) -> String {
    let prefix = (0..<8).reversed().map { alphabet[time.milliseconds >> (5 * $0) & 31] }
    return String(decoding: prefix, as: UTF8.self) + identifier(length: 16)
  }

  /// An identifier that tells by itself that it was given out here: its last five characters are
  /// a digest of the others. So a diagnosis that has run out is known from one that never was.
  package static func checkedIdentifier() -> String {
    let random = identifier(length: 19)
    return random + mark(random)
  }

  /// Whether an identifier has the form that `checkedIdentifier` gives.
  package static func isChecked(_ identifier: String) -> Bool {
    identifier.utf8.count == 24 && mark(String(identifier.prefix(19))) == identifier.suffix(5)
  }

  private static func mark(_ text: String) -> String {
    String(
      decoding: hash("identifier " + text).prefix(5).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
  }

  /// What is stored of a token: BLAKE2b, 256 bits. Tokens are random, so no salt is needed.
  package static func hash(_ token: String) -> [UInt8] {
    precondition(ready, "libsodium does not start")
    var hash = [UInt8](repeating: 0, count: 32)
    let bytes = Array(token.utf8)
    crypto_generichash(&hash, 32, bytes, UInt64(bytes.count), nil, 0)
    return hash
  }

  /// A short digest for ETags: BLAKE2b, 128 bits, in hexadecimal.
  package static func digest(_ bytes: [UInt8]) -> String {
    precondition(ready, "libsodium does not start")
    var hash = [UInt8](repeating: 0, count: 16)
    crypto_generichash(&hash, 16, bytes, UInt64(bytes.count), nil, 0)
    return String(unsafeUninitializedCapacity: 32) { text in
      for (index, byte) in hash.enumerated() {
        text[2 * index] = hexDigits[Int(byte >> 4)]
        text[2 * index + 1] = hexDigits[Int(byte & 15)]
      }
      return 32
    }
  }

  /// Compares in constant time.
  package static func isEqual(_ left: String, _ right: String) -> Bool {
    let left = hash(left)
    let right = hash(right)
    return sodium_memcmp(left, right, left.count) == 0
  }

  /// argon2id, 19 MiB, 2 passes (OWASP's Password Storage Cheat Sheet): takes tens of
  /// milliseconds, so never on an event loop.
  package static func passwordHash(_ password: String) -> String? {
    precondition(ready, "libsodium does not start")
    var output = [CChar](repeating: 0, count: Int(crypto_pwhash_strbytes()))
    let bytes = Array(password.utf8).map { CChar(bitPattern: $0) }
    let code = crypto_pwhash_str_alg(
      &output, bytes, UInt64(bytes.count), 2, 19 * 1_024 * 1_024,
      crypto_pwhash_alg_argon2id13())
    guard code == 0 else { return nil }
    return String(
      decoding: output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the password has that hash (of `passwordHash`); as slow as making one.
  package static func verify(_ password: String, hash: String) -> Bool {
    precondition(ready, "libsodium does not start")
    let bytes = Array(password.utf8).map { CChar(bitPattern: $0) }
    return crypto_pwhash_str_verify(hash, bytes, UInt64(bytes.count)) == 0
  }
}
