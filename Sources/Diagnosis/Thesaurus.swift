/// Words that people of the trade use for the same thing. A question in a user's own words
/// ("hangs", "never answers") finds an issue that says "timeout".
///
/// General knowledge only: nothing here is about one product's issues, which belong into the
/// issues' own aliases.
package enum Thesaurus {
  /// How much a related word counts against the word itself.
  static let weight = 0.4

  /// Words related to a stem, as stems; the stem itself is not among them.
  static func related(to stem: String) -> [String] { table[stem] ?? [] }

  /// A word with that stem, for people.
  static func word(_ stem: String) -> String { spelled[stem] ?? stem }

  private static let groups = """
    timeout hang hangs stuck freezes unresponsive slow stalls waits forever deadline
    timeout etimedout
    denied forbidden unauthorized refused rejected disallowed permission permissions access 403
    unauthorized unauthenticated 401 credentials login signin
    permission policy role iam grant privileges rights
    missing absent lacks nonexistent notfound 404
    crash crashes dies exits terminates aborted killed panic segfault
    restart reboot relaunch bounce crashloop
    reject refuse decline disallow invalid bad illegal wrong malformed unacceptable
    wrong incorrect mistaken mismatch differs
    limit quota throttle throttled throttling toomanyrequests 429 exceeded ratelimit
    pull download fetch
    push upload publish
    image container docker
    build compile
    deploy deployment rollout release ship
    delete remove destroy drop cleanup teardown
    create provision make set up
    update upgrade change modify bump
    old stale outdated previous earlier cached
    new fresh latest recent
    name identifier id naming
    hyphen dash minus
    underscore
    short length characters chars minimum long
    number integer numeric
    encode encoding encoded base64
    json payload body
    resolve resolution lookup dns hostname getaddrinfo enotfound
    network connection connectivity internet outbound egress
    unreachable unreach enetunreach noroute
    connect connection reach
    endpoint url address host
    region zone location
    version release revision
    unsupported incompatible
    token jwt bearer
    expire expired expiry expiration ttl lifetime
    audience aud issuer claim
    memory remember recall record records
    empty nothing none zero blank
    log logs output stdout
    architecture arm64 aarch64 amd64 x86 platform
    circular cyclic cycle loop
    dependency dependencies depends
    stack cloudformation
    rollback rolledback
    retry backoff wait
    session conversation chat
    idle inactive
    command cli shell
    unknown unrecognized unrecognised undefined
    sync synchronize synchronise refresh reload
    tool tools function functions
    list listing catalogue catalog
    key secret
    environment env variable variables
    manifest index digest
    duplicate twice repeated
    certificate cert tls ssl
    port listen bind expose
    days day
    seconds second
    enum constant member
    convert converter mapping translate
    """

  private static let table: [String: [String]] = {
    var table: [String: [String]] = [:]
    for line in groups.split(separator: "\n") {
      var stems: [String] = []
      for stem in Analyzer.words(of: String(line)) where !stems.contains(stem) {
        stems.append(stem)
      }
      for stem in stems {
        for other in stems where other != stem && table[stem]?.contains(other) != true {
          table[stem, default: []].append(other)
        }
      }
    }
    return table
  }()

  private static let spelled: [String: String] = {
    var spelled: [String: String] = [:]
    for word in groups.split(whereSeparator: \.isWhitespace) {
      for stem in Analyzer.words(of: String(word)) where spelled[stem] == nil {
        spelled[stem] = String(word)
      }
    }
    return spelled
  }()
}
