extension Judge {
  /// The names of the features, in the order of the weights.
  package static var featureNames: [String] { FeatureReader.names }

  /// Fitted by `fixbook eval --fit` (docs/search.md has the command and what it printed).
  package static let standard = Judge(
    weights: [
      -3.037,  // bias
      0.871,  // covered
      -1.101,  // everyday
      2.363,  // margin
      0.521,  // lead
      -6.305,  // rival guide
      2.029,  // sample
      -1.940,  // not-sample
      0.546,  // likeness
      2.978,  // contained
      0.931,  // title
      0.879,  // topic
      -2.554,  // missed code
      -2.099,  // other product
      1.475,  // whole text
      1.493,  // score
      0.920,  // words
      -2.113,  // other error
      3.059,  // other lines
      -1.325,  // line weight
      0.761,  // plain score
    ],
    answerWeights: [
      -2.795,  // bias
      0.885,  // covered
      -1.195,  // everyday
      1.744,  // margin
      0.384,  // lead
      -6.725,  // rival guide
      2.039,  // sample
      -2.184,  // not-sample
      0.995,  // likeness
      2.888,  // contained
      0.971,  // title
      0.849,  // topic
      -2.368,  // missed code
      -1.755,  // other product
      1.854,  // whole text
      1.586,  // score
      1.003,  // words
      -1.606,  // other error
      3.017,  // other lines
      -1.423,  // line weight
      0.791,  // plain score
    ],
    knownThreshold: 0.930, possibleThreshold: 0.550)
}
