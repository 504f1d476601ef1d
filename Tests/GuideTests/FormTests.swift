import Guide
import TestSupport
import Testing

private let crane = """
  The jib of crane 3, see the drawing.

  - `E-4410` on the panel
  - the jib stays where it is
  - **Cause**: the switch has not closed
  - **Check**: panel-code: length 4..6
  - **Fix**: Close the door, then press reset.
  - **Verify**: the panel says `slew ready`
  - **Fix**: Restart the controller:

  ```sh
  slewctl restart
  ```

  - **Risk**: disruptive
  - **Also seen as**: crane stuck; slew interlock
  - **Tags**: crane, night

  The drawing is in the office.

  ```sample
  slewd: E-4410 open
  ```
  """

struct FormTests {
  @Test func `the parts of an issue become fields`() {
    let form = IssueForm(markdown: crane)
    #expect(form.symptoms == ["`E-4410` on the panel", "the jib stays where it is"])
    #expect(form.causes == ["the switch has not closed"])
    #expect(form.checks == ["panel-code: length 4..6"])
    #expect(form.fixes.count == 2)
    #expect(form.fixes[0].verify == "the panel says `slew ready`")
    #expect(form.lists[.aliases] == "crane stuck\nslew interlock")
    #expect(form.lists[.tags] == "crane, night")
    #expect(form.samples == [.init(text: "slewd: E-4410 open")])
    #expect(
      form.texts == ["The jib of crane 3, see the drawing.", "The drawing is in the office."])
  }

  struct Edit: Sendable, CustomTestStringConvertible {
    let name: String
    let removed: [String]
    let added: [String]
    let change: @Sendable (inout IssueForm) -> Void
    var testDescription: String { name }
  }

  /// What a field's change takes out of the text and puts in: that, and no other line.
  static let edits: [Edit] = [
    Edit(name: "nothing", removed: [], added: []) { _ in },
    Edit(
      name: "a symptom", removed: ["- the jib stays where it is"], added: ["- the jib is stuck"]
    ) { $0.symptoms[1] = "the jib is stuck" },
    Edit(name: "a new symptom", removed: [], added: ["- a bell rings"]) {
      $0.symptoms.append("a bell rings")
    },
    Edit(name: "a symptom goes", removed: ["- `E-4410` on the panel"], added: []) {
      $0.symptoms[0] = ""
    },
    Edit(
      name: "a cause", removed: ["- **Cause**: the switch has not closed"],
      added: ["- **Cause**: dirt"]
    ) { $0.causes[0] = "dirt" },
    Edit(name: "a new cause", removed: [], added: ["- **Cause**: dirt"]) {
      $0.causes.append("dirt")
    },
    Edit(
      name: "the text of a fix", removed: ["- **Fix**: Close the door, then press reset."],
      added: ["- **Fix**: Close the door."]
    ) { $0.fixes[0].text = "Close the door." },
    Edit(name: "a command", removed: ["slewctl restart"], added: ["slewctl restart --now"]) {
      $0.fixes[1].text = $0.fixes[1].text.replacing("restart\n", with: "restart --now\n")
    },
    Edit(
      name: "its kind", removed: ["- **Fix**: Close the door, then press reset."],
      added: ["- **Workaround**: Close the door, then press reset."]
    ) { $0.fixes[0].kind = .workaround },
    Edit(name: "a risk", removed: [], added: ["- **Risk**: safe"]) { $0.fixes[0].risk = .safe },
    Edit(
      name: "another risk", removed: ["- **Risk**: disruptive"], added: ["- **Risk**: destructive"]
    ) { $0.fixes[1].risk = .destructive },
    Edit(name: "how to verify", removed: [], added: ["- **Verify**: it swings"]) {
      $0.fixes[1].verify = "it swings"
    },
    Edit(
      name: "a fix goes",
      removed: [
        "- **Fix**: Close the door, then press reset.", "- **Verify**: the panel says `slew ready`",
      ], added: []
    ) { $0.fixes[0].text = "" },
    Edit(
      name: "a new fix", removed: [],
      added: ["- **Fix**: Call the shop.", "- **Verify**: someone comes", "- **Risk**: safe"]
    ) {
      $0.fixes.append(.init(text: "Call the shop.", verify: "someone comes", risk: .safe))
    },
    Edit(
      name: "aliases", removed: ["- **Also seen as**: crane stuck; slew interlock"],
      added: ["- **Also seen as**: crane stuck; no swing"]
    ) { $0.lists[.aliases] = "crane stuck\nno swing" },
    Edit(name: "an owner", removed: [], added: ["- **Owner**: the crane crew"]) {
      $0.lists[.owner] = "the crane crew"
    },
    Edit(name: "tags go", removed: ["- **Tags**: crane, night"], added: []) {
      $0.lists[.tags] = ""
    },
    Edit(
      name: "a sample", removed: ["slewd: E-4410 open"], added: ["slewd[1]: E-4410 open"]
    ) { $0.samples[0].text = "slewd[1]: E-4410 open" },
    Edit(name: "a new sample", removed: [], added: ["", "```not-sample", "all is well", "```"]) {
      $0.samples.append(.init(text: "all is well", negative: true))
    },
    Edit(
      name: "the text above", removed: ["The jib of crane 3, see the drawing."],
      added: ["The jib of every crane."]
    ) { $0.texts[0] = "The jib of every crane." },
  ]

  @Test(arguments: edits)
  func `a field changes its own lines`(edit: Edit) {
    for newline in ["\n", "\r\n"] {
      let text = crane.replacing("\n", with: newline)
      var form = IssueForm(markdown: text)
      edit.change(&form)
      let (written, mistakes) = form.written(into: text)
      #expect(mistakes == [])
      let old = crane.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let new = written.replacing("\r\n", with: "\n")
        .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let difference = new.difference(from: old)
      #expect(difference.removals.map(\.line) == edit.removed)
      #expect(difference.insertions.map(\.line) == edit.added)
    }
  }

  @Test(arguments: [
    ("symptoms", "a\n\n```\nopen"),
    ("fixes", "one\n\n#### Heading\n\ntwo"), ("fixes", "one\n\n- **Cause**: two"),
    ("checks", "no rule"), ("checks", "n: length b..a"), ("environment", "words"),
  ])
  func `what would be read as something else is a mistake of its field`(
    list: String, text: String
  ) {
    var form = IssueForm(markdown: crane)
    let field: IssueForm.Field
    switch list {
    case "symptoms":
      field = .symptom(2)
      form.symptoms.append(text)
    case "fixes":
      field = .fix(2)
      form.fixes.append(.init(text: text))
    case "checks":
      field = .check(1)
      form.checks.append(text)
    default:
      field = .list(.environment)
      form.lists[.environment] = text
    }
    #expect(form.written(into: crane).mistakes.contains { $0.field == field }, "\(text)")
  }

  @Test func `an empty text becomes an issue`() {
    var form = IssueForm(markdown: "")
    form.symptoms = ["it hums", ""]
    form.causes = ["a nut is loose"]
    form.fixes = [.init(text: "Tighten it:\n\n```sh\ntighten\n```", verify: "it is still")]
    form.lists[.aliases] = "humming"
    form.samples = [.init(text: "motor: hum")]
    let (written, mistakes) = form.written(into: "")
    #expect(mistakes == [])
    #expect(
      written == """
        - it hums
        - **Cause**: a nut is loose
        - **Fix**: Tighten it:

        ```sh
        tighten
        ```

        - **Verify**: it is still
        - **Also seen as**: humming

        ```sample
        motor: hum
        ```
        """)
  }

  @Test func `an article with headings keeps them`() {
    let article = """
      #### Symptoms

      It is quiet.

      #### Resolution

      1. Plug it in.
      2. Wait.

      #### More information

      Ask.
      """
    var form = IssueForm(markdown: article)
    #expect(form.symptoms == ["It is quiet."])
    #expect(form.fixes.map(\.text) == ["1. Plug it in.\n2. Wait."])
    form.fixes[0].text = "1. Plug it in."
    form.symptoms.append("It is dark.")
    let (written, mistakes) = form.written(into: article)
    #expect(mistakes == [])
    let expected = article.replacing("\n2. Wait.", with: "")
      .replacing("It is quiet.", with: "It is quiet.\n\n- It is dark.")
    #expect(written == expected)
  }

  /// Whatever the text is: a form that nobody touched writes it back byte for byte, and one field's
  /// change is read back as that change or is refused.
  @Test(arguments: 0..<40)
  func `any text survives the form`(seed: UInt64) {
    var random = Seeded(seed &+ 700)
    for _ in 0..<40 {
      let text = Nasty.text(&random, lines: 14)
      let form = IssueForm(markdown: text)
      #expect(form.written(into: text).markdown == text)
      for row in form.symptoms.indices {
        var changed = form
        changed.symptoms[row] = "changed"
        let (written, mistakes) = changed.written(into: text)
        guard mistakes.isEmpty else { continue }
        #expect(
          IssueForm(markdown: written).symptoms == changed.symptoms, "\(text.debugDescription)")
        #expect(
          IssueForm(markdown: written).fixes.count == form.fixes.count, "\(text.debugDescription)")
      }
    }
  }
}

extension CollectionDifference<String>.Change {
  fileprivate var line: String {
    switch self {
    case .insert(_, let line, _), .remove(_, let line, _): line
    }
  }
}
