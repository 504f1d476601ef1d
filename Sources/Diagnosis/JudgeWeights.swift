extension Judge {
  /// The names of the features, in the order of the weights.
  package static var featureNames: [String] { FeatureReader.names }

  /// Fitted by `fixbook eval --fit` (docs/search.md has the command and what it printed).
  package static let standard = Judge(
    weights: [
      -3.216,  // bias
      1.291,  // covered
      -1.027,  // everyday
      2.206,  // margin
      0.294,  // lead
      -9.289,  // rival guide
      3.888,  // sample
      -2.682,  // not-sample
      0.118,  // likeness
      2.897,  // contained
      0.727,  // title
      1.010,  // topic
      -3.980,  // missed code
      -1.755,  // other product
      0.946,  // whole text
      1.279,  // score
      0.374,  // words
    ],
    answerWeights: [
      -3.126,  // bias
      1.172,  // covered
      -0.932,  // everyday
      1.686,  // margin
      0.147,  // lead
      -10.010,  // rival guide
      3.930,  // sample
      -2.811,  // not-sample
      0.739,  // likeness
      2.668,  // contained
      0.768,  // title
      0.948,  // topic
      -3.562,  // missed code
      -1.498,  // other product
      1.291,  // whole text
      1.386,  // score
      0.571,  // words
    ],
    knownThreshold: 0.875, possibleThreshold: 0.62)
}
