extension Judge {
  /// The names of the features, in the order of the weights.
  package static var featureNames: [String] { FeatureReader.names }

  /// Fitted by `fixbook eval --fit` (docs/search.md has the command and what it printed).
  package static let standard = Judge(
    weights: [
      -4.537,  // bias
      3.079,  // covered
      -0.448,  // unknown
      -1.057,  // everyday
      4.634,  // margin
      -5.558,  // rival guide
      2.308,  // sample
      -1.591,  // not-sample
      0.979,  // likeness
      2.388,  // contained
      1.384,  // title
      0.440,  // topic
      1.471,  // agreement
    ],
    knownThreshold: 0.780, possibleThreshold: 0.410)
}
