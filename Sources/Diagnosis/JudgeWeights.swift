extension Judge {
  /// The names of the features, in the order of the weights.
  package static var featureNames: [String] { FeatureReader.names }

  /// Fitted by `fixbook eval --fit` (docs/search.md has the command and what it printed).
  package static let standard = Judge(
    weights: [
      -3.985,  // bias
      2.819,  // covered
      -0.367,  // unknown
      -0.828,  // everyday
      4.545,  // margin
      -4.026,  // rival guide
      2.504,  // sample
      -2.253,  // not-sample
      0.881,  // likeness
      1.834,  // contained
      1.666,  // title
      0.751,  // topic
      1.176,  // agreement
    ],
    knownThreshold: 0.85, possibleThreshold: 0.57)
}
