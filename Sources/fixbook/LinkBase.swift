import Store

/// What links begin with where nobody said it and the base was never served.
let exampleBase = "http://127.0.0.1:8080"

/// What links begin with: as it was said, else where the base was served last; nil when neither is known.
func knownBase(_ arguments: Arguments, _ store: Store) throws -> String? {
  let said =
    try arguments.value("public-url") ?? Console.environment("FIXBOOK_PUBLIC_URL")
    ?? ConfigFile.named(arguments)?.lines["public-url"]?.value
  return try said.map(checkedURL) ?? store.read(as: .system) { try $0.address() }
}

/// What links in an answer begin with when no server was asked.
func linkBase(_ arguments: Arguments, _ store: Store) throws -> String {
  try knownBase(arguments, store) ?? exampleBase
}
