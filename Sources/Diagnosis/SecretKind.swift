/// One kind of secret that `SecretMasker` knows.
package struct SecretKind: Sendable, Equatable {
  /// Stands in the masked text: `[secret:github-token]`. Small letters, digits and `-`.
  package var name: String
  /// For the published list, one line.
  package var description: String
  var rules: [SecretRule]

  init(_ name: String, _ description: String, _ rules: [SecretRule]) {
    (self.name, self.description, self.rules) = (name, description, rules)
  }

  /// A kind that is known by how its secrets begin, for what a team adds to the list: `prefix`
  /// at the start of a word, then at least `minimum` letters, digits, `_` or `-`, one a digit.
  package static func prefixed(
    _ name: String, _ description: String, prefix: String, minimum: Int
  ) -> SecretKind {
    SecretKind(name, description, [.token(prefix, .url, max(4, minimum)...4096, .digit)])
  }
}

/// How a kind of secret is recognised. Each rule is tried only where one of its words stands.
enum SecretRule: Sendable, Equatable {
  /// A literal beginning in its exact case, then so many bytes of an alphabet.
  case token(String, SecretAlphabet, ClosedRange<Int>, SecretNeed)
  /// A rule that reads more than one token, and the words (in lower case) where it is tried.
  case reader(SecretReader, [String])

  /// The words for the automaton.
  var anchors: [String] {
    switch self {
    case .token(let prefix, _, _, _): [prefix.lowercased()]
    case .reader(_, let words): words
    }
  }
}

/// Which bytes a token goes on with.
enum SecretAlphabet: Sendable, Equatable {
  /// Letters and digits.
  case alphanumeric
  case upper
  case hex
  /// Letters, digits and `_`.
  case word
  /// Letters, digits, `_` and `-`.
  case url
  /// `url` and `.`.
  case dotted
  /// Letters, digits, `+`, `/`, `=`, and `_`, `-` of the other base64.
  case base64

  func contains(_ byte: UInt8) -> Bool {
    switch self {
    case .alphanumeric: byte.isAlphanumeric
    case .upper: byte.isUpper || byte.isDigit
    case .hex: byte.isHex
    case .word: byte.isWord
    case .url: byte.isWord || byte == .ascii("-")
    case .dotted: byte.isWord || byte == .ascii("-") || byte == .ascii(".")
    case .base64:
      byte.isWord || byte == .ascii("-") || byte == .ascii("+") || byte == .ascii("/")
        || byte == .ascii("=")
    }
  }
}

/// What else a token must contain, so that words are not taken for it.
enum SecretNeed: Sendable, Equatable {
  case nothing
  case digit
  /// A digit and letters of both cases.
  case mixture
}

/// The rules written out by hand, in `SecretReaders.swift` and beside.
enum SecretReader: Sendable, Equatable {
  case pem, putty, jwt, authorization, bearer, basic, cookie, urlPassword, queryValue
  case assignment(AssignmentFamily)
  case slackWebhook, discordWebhook, teamsWebhook, telegram, discordToken, azureClientSecret
  case terraformCloud, newRelicLicense, sendgrid, netrc, pgpass, passwordHash, command
  case awsSecretBesideId, dockerAuth
}

/// What the name before `=` or `:` promises; it decides how much a value must look like a secret.
enum AssignmentFamily: Sendable, Equatable {
  case password, token, key
}
