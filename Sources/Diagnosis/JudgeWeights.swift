extension Judge {
  /// The names of the features, in the order of the weights.
  package static var featureNames: [String] { FeatureReader.names }

  /// Fitted by `fixbook eval --fit` (docs/search.md has the command and what it printed).
  package static let standard = Judge(
    weights: [
      -3.2, 1.9, 0, -0.1, 0.53, 5, -4.8, 0, 0, 0, 0.2, 2.3, 1.6, 0.7, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ],
    knownThreshold: 0.75, possibleThreshold: 0.35)
}
