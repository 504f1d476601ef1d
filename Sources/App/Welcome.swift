package import Store

/// What a terminal is told to try first, with something of this base that everybody may see.
package func firstSteps(in store: Store, base: String) -> String {
  guard let example = (try? store.read(as: .anyone) { try $0.example() }) ?? nil else {
    return """
      Nothing that everyone may read is here yet: bring runbooks with fixbook import, or write the first issue at
        \(base)/issues/new

      """
  }
  return """
    Try:
      curl -s \(base)/issues/\(uriEncoded(example.slug))
      printf '%s\\n' \(shellQuoted(example.line)) | curl -s --data-binary @- \(base)/diagnose
      curl -s '\(base)/search?q=\(queryEncoded(example.title))'

    """
}
