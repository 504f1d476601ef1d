import Guide
import TestSupport
import Testing

@testable import Store

private func member(
  _ number: Int, _ result: OutcomeResult, _ environment: [Property] = [], report: String = "r",
  _ source: SourceKind = .person
) -> CountedOutcome {
  CountedOutcome(
    reporter: "account:\(number)", report: report, result: result, source: source,
    createdAt: Time(milliseconds: 0), environment: environment)
}

/// An outcome of the reader's own environment speaks more.
struct EnvironmentTests {
  private static let node22 = [Property("runtime", "node22")]
  private static let node18 = [Property("runtime", "node18")]

  private static let weights: [([Property], [Property], Double)] = [
    ([], [], 1), (node18, [], 1), (node22, node22, 1), ([], node22, 0.5), (node18, node22, 0.25),
    ([Property("region", "x")], node22, 0.5), ([Property("Runtime", "Node22")], node22, 1),
    ([Property("runtime", "node22.9")], node22, 1), (node22, [Property("runtime", "node22.9")], 1),
    ([Property("runtime", "node220")], node22, 0.25),
    (node22, node22 + [Property("region", "x")], 0.5),
    (node18, node22 + [Property("region", "x")], 0.25),
    (node22 + [Property("region", "y")], node22 + [Property("region", "x")], 0.25),
  ]

  @Test(arguments: weights)
  func `what both name decides`(outcome: [Property], reader: [Property], weight: Double) {
    #expect(EnvironmentMatch.weight(outcome, for: reader) == weight)
  }

  @Test func `the fix that worked here comes before the one that worked elsewhere`() {
    let here = [member(1, .worked, Self.node22)]
    let elsewhere = [member(1, .worked, Self.node18), member(2, .worked, Self.node18)]
    #expect(FixEvidence(here).mean < FixEvidence(elsewhere).mean)
    #expect(
      FixEvidence(here, environment: Self.node22).mean
        > FixEvidence(elsewhere, environment: Self.node22).mean)
  }

  @Test func `of one reporter what is nearest counts`() {
    let both = [
      member(1, .noEffect, Self.node18, report: "a"), member(1, .worked, Self.node22, report: "b"),
    ]
    #expect(
      FixEvidence(both, environment: Self.node22).mean
        == FixEvidence([member(1, .worked, Self.node22)], environment: Self.node22).mean)
    #expect(FixEvidence(both).mean == 0.5)
  }

  // MARK: Properties

  private func random(_ seed: Int) -> [CountedOutcome] {
    var random = Seeded(UInt64(seed))
    let environments: [[Property]] = [
      [], Self.node22, Self.node18, Self.node22 + [Property("region", "x")],
    ]
    return (0..<Int.random(in: 0...30, using: &random)).map { _ in
      let source = SourceKind.allCases.randomElement(using: &random)!
      return CountedOutcome(
        reporter: "\(source.rawValue):\(Int.random(in: 0..<8, using: &random))",
        report: "r\(Int.random(in: 0..<6, using: &random))",
        result: OutcomeResult.allCases.randomElement(using: &random)!, source: source,
        afterOthers: Int.random(in: 0..<6, using: &random) == 0,
        createdAt: Time(milliseconds: 0),
        environment: environments.randomElement(using: &random)!)
    }
  }

  @Test(arguments: 0..<200)
  func `without an environment nothing changes`(seed: Int) {
    let outcomes = random(seed)
    let bare = outcomes.map { outcome in
      var outcome = outcome
      outcome.environment = []
      return outcome
    }
    #expect(FixEvidence(outcomes) == FixEvidence(bare))
  }

  @Test(arguments: 0..<300)
  func `more success never ranks lower in any environment`(seed: Int) {
    let outcomes = random(seed)
    for reader in [[], Self.node22, Self.node18, Self.node22 + [Property("region", "x")]] {
      let before = FixEvidence(outcomes, environment: reader).mean
      for source in [SourceKind.person, .anonymous] {
        for environment in [[], Self.node22, Self.node18] {
          let more =
            outcomes + [member(99, .worked, environment, report: "new", source)]
          #expect(FixEvidence(more, environment: reader).mean >= before - 1e-12)
          let again =
            outcomes + [
              CountedOutcome(
                reporter: "person:1", report: "new", result: .worked, source: .person,
                createdAt: Time(milliseconds: 0), environment: environment)
            ]
          #expect(FixEvidence(again, environment: reader).mean >= before - 1e-12)
        }
      }
      for index in outcomes.indices where outcomes[index].result == .noEffect {
        var better = outcomes
        better[index].result = .worked
        #expect(FixEvidence(better, environment: reader).mean >= before - 1e-12)
      }
    }
  }

  @Test(arguments: 0..<200)
  func `the order of arrival does not matter in any environment`(seed: Int) {
    var order = Seeded(UInt64(seed) + 1_000)
    var seen = Set<String>()
    let outcomes = random(seed).filter { seen.insert($0.reporter + " " + $0.report).inserted }
    let evidence = FixEvidence(outcomes, environment: Self.node22)
    for _ in 0..<5 {
      #expect(
        FixEvidence(outcomes.shuffled(using: &order), environment: Self.node22) == evidence)
    }
  }

  @Test(arguments: 0..<200)
  func `nobody weighs more than one attempt`(seed: Int) {
    let outcomes = random(seed)
    let here = FixEvidence(outcomes, environment: Self.node22)
    #expect(here.successes + here.failures <= Double(here.reporters) + 1e-9)
    #expect(
      (here.worked, here.tried) == (FixEvidence(outcomes).worked, FixEvidence(outcomes).tried))
  }
}
