extension Judge {
  /// The names of the features, in the order of the weights.
  package static var featureNames: [String] { FeatureReader.names }

  /// Fitted by `fixbook eval --fit` (docs/search.md has the command and what it printed).
  package static let standard = Judge(
    weights: [
      -4, 1, 1, -1, 1, 1, -2, 2, -2, 0.5, 1, 1, 1, 0.5, 0.5, 0,
    ],
    knownThreshold: 0.75, possibleThreshold: 0.35)
}
