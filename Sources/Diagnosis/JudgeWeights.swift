extension Judge {
  /// The names of the features, in the order of the weights.
  package static var featureNames: [String] { FeatureReader.names }

  /// Fitted by `fixbook eval --fit` (docs/search.md has the command and what it printed).
  package static let standard = Judge(
    weights: [
      -3.228,  // bias
      1.029,  // covered
      -0.916,  // everyday
      1.982,  // margin
      0.362,  // lead
      -5.656,  // rival guide
      2.812,  // sample
      -1.896,  // not-sample
      0.553,  // likeness
      2.405,  // contained
      0.727,  // title
      0.889,  // topic
      -3.675,  // missed code
      -1.519,  // other product
      0.872,  // whole text
      1.200,  // score
      0.522,  // words
    ],
    answerWeights: [
      -3.200,  // bias
      1.048,  // covered
      -0.869,  // everyday
      1.559,  // margin
      0.257,  // lead
      -6.331,  // rival guide
      2.963,  // sample
      -2.128,  // not-sample
      1.023,  // likeness
      2.408,  // contained
      0.801,  // title
      0.870,  // topic
      -3.476,  // missed code
      -1.375,  // other product
      1.205,  // whole text
      1.359,  // score
      0.710,  // words
    ],
    knownThreshold: 0.89, possibleThreshold: 0.6)
}
