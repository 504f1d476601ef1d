import App
import Foundation
import Guide
import SQLite
import Store
import TestSupport
import Testing

/// A guide with everything that makes a careless reader lose or move a byte.
let traps = """
  # Field Guide

  What we met in production — and what helped.

  ## Table of Contents
  - [Start](#start)
  - [Network](#network)

  ## Start

  ### Exec format error
  - The container exits at once; the log says `exec format error`
  - **Cause**: the image was built for another processor
  - **Fix**: Build it for the right one:

  ```bash
  # build for arm64, not for this machine
  docker buildx build --platform linux/arm64 -t <id>/app .
  ### not a heading
  ```

  Also set the platform where the image is run:

  ```yaml
  platform: linux/arm64
  ```
  - **Also seen as**: wrong architecture

  ```sample
  standard_init_linux.go:228: exec user process caused: exec format error
  ```

  ### Nobody knows
  - It stops after an hour — always
  -  two   spaces  and a trailing one\u{20}

      ### indented code, no heading

  ## Empty section

  ## Network
  Ask the network team first.

  ### 504 Gateway Timeout
  <div>
  ### inside HTML
  </div>

  - **Fix**: Raise the timeout
  - **Fix**: Answer faster
  """ + "\n"

private let texts: [(name: String, text: String, issues: Int)] = [
  ("traps", traps, 3),
  ("CRLF", traps.replacing("\n", with: "\r\n"), 3),
  ("a BOM", "\u{feff}" + traps, 3),
  ("a BOM and CRLF", "\u{feff}" + traps.replacing("\n", with: "\r\n"), 3),
  ("no last newline", String(traps.dropLast()), 3),
  ("many newlines at the end", traps + "\n\n\n", 3),
  ("blank lines with spaces", traps.replacing("\n\n", with: "\n  \n\t\n"), 3),
  ("both kinds of line ends", traps.replacing("\n\n", with: "\n\r\n"), 3),
  ("front matter", "---\ntitle: Other\nlicense: MIT\n---\n" + traps, 3),
  ("one issue at the very end", "# G\n\n## S\n\n### T", 1),
  ("an issue without text", "# G\n\n## S\n\n### A\n\n### B\n- x\n", 2),
  ("closing number signs", "# G #\n\n## S ##\n\n### A ###\n- x\n", 1),
  ("a heading with an anchor", "# G\n\n## S {#s}\n\n### A <a id=\"a\"></a>\n- x\n", 1),
]

struct RoundTripTests {
  @Test(arguments: texts.map(\.name))
  func `what was imported is exported with the same bytes`(name: String) throws {
    let (_, text, issues) = try #require(texts.first { $0.name == name })
    let base = try Base()
    let summary = try base.load(text)
    #expect(summary.added == issues)
    #expect(Array(try base.exportedText(summary.guide).utf8) == Array(text.utf8))
    try base.checkIntegrity()
  }

  @Test(arguments: texts.map(\.name))
  func `imported again nothing changes`(name: String) throws {
    let (_, text, issues) = try #require(texts.first { $0.name == name })
    let base = try Base()
    let guide = try base.load(text).guide
    let before = try base.rows("SELECT sequence || kind FROM change")
    let again = try base.load(text)
    #expect(again.unchanged == issues)
    #expect(again.added + again.changed + again.archived + again.merged == 0)
    #expect(try base.rows("SELECT sequence || kind FROM change") == before)
    #expect(Array(try base.exportedText(guide).utf8) == Array(text.utf8))
  }

  @Test(arguments: ["\n", "\r\n"])
  func `after an edit the difference is the edit`(newline: String) throws {
    let base = try Base()
    let text = traps.replacing("\n", with: newline)
    let guide = try base.load(text).guide
    let old = try base.issue("exec-format-error").markdown
    let new = old.replacing("the image was built for another processor", with: "built elsewhere")
    try base.edit("exec-format-error", markdown: new.replacing("\r\n", with: "\n"))
    #expect(
      Array(try base.exportedText(guide).utf8)
        == Array(
          text.replacing("the image was built for another processor", with: "built elsewhere").utf8)
    )
  }

  @Test func `renaming an issue changes its heading and nothing else`() throws {
    let base = try Base()
    let guide = try base.load(traps).guide
    try base.edit("nobody-knows", title: "Still unknown")
    #expect(
      try base.exportedText(guide) == traps.replacing("### Nobody knows", with: "### Still unknown")
    )
  }

  @Test func `a deleted issue is gone from the export and all else stays`() throws {
    let base = try Base()
    let guide = try base.load(traps).guide
    try base.delete("nobody-knows")
    let start = try #require(traps.range(of: "### Nobody knows"))
    let end = try #require(traps.range(of: "## Empty section"))
    #expect(
      try base.exportedText(guide)
        == traps.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: ""))
  }

  @Test func `a folder leaves as the files it came in`() throws {
    let files = [
      "README.md": "# Runbooks\n\nHow to.\n",
      "disk-full.md": "# Disk full\n\n## Meaning\nNo room.\n\n## Mitigation\nDelete logs.\n",
      "net/dns.md":
        "\u{feff}---\ntitle: DNS\nlicense: CC0\n---\r\n## Symptoms\r\nNo name.\r\n\r\n## Resolution\r\nAsk.",
      "net/odd name é.md": "## Symptoms\n- x\n\n## Cause\ny\n\n## Resolution\nz\n\n\n",
    ]
    let base = try Base()
    let summary = try base.load(folder: "runbooks", files)
    #expect(summary.added == 3)
    let exported = try base.exported(summary.guide)
    #expect(
      Dictionary(uniqueKeysWithValues: exported.map { ($0.path ?? "", Array($0.text.utf8)) })
        == files.mapValues { Array($0.utf8) })
    let again = try base.load(folder: "runbooks", files)
    #expect(again.unchanged == 3)
    #expect(again.added + again.changed + again.archived == 0)
  }

  @Test func `records keep body, external id and the arrays that are given`() throws {
    let base = try Base()
    try base.load(
      records: """
        {"id":"a/1","guide":"KB","section":"Net","title":"One","body":"- seen\\n- **Fix**: do x","aliases":["uno"],"tags":["net"],"license":"MIT","source":"https://a.example"}

        {"id":"a/2","guide":"KB","section":"Net","title":"Two","body":"","symptoms":["s1",{"text":"s2"}],"fixes":["f1","f2"]}
        """)
    let one = try base.issue("one")
    #expect(one.summary.externalID == "a/1")
    #expect(one.summary.section == "Net")
    #expect(one.markdown == "- seen\n- **Fix**: do x")
    #expect(one.symptoms == ["seen"])
    #expect(one.aliases == ["uno"])
    #expect(one.tags == ["net"])
    #expect(one.license == "MIT")
    #expect(one.sources == ["https://a.example"])
    #expect(one.fixes.map(\.text) == ["do x"])
    let two = try base.issue("two")
    #expect(two.symptoms == ["s1", "s2"])
    #expect(two.fixes.map(\.text) == ["f1", "f2"])
    try base.checkIntegrity()
  }

  @Test func `a broken record is named with its line and the others are read`() {
    var importer = Importer()
    importer.add(
      records: Array(
        """
        {"guide":"KB","title":"One","body":"x"}
        {"guide":"KB","title":"Two"
        {"guide":"KB","body":"no title"}
        {"title":"No guide"}
        {"guide":"KB","title":7}
        {"guide":"KB","title":"Six","tags":"net"}
        """.utf8), path: "kb.jsonl")
    #expect(importer.problems.map(\.line) == [2, 3, 4, 5, 6])
    #expect(importer.problems.allSatisfy { $0.path == "kb.jsonl" && !$0.reason.isEmpty })
    #expect(importer.guides.map(\.issueCount) == [1])
  }

  @Test func `a code block that is not closed is named with its line`() {
    var importer = Importer()
    importer.add(file: Array("# G\n\n## S\n\n### A\n- x\n\n```\n### B\n".utf8), path: "bad.md")
    // CommonMark lets a block run to the end of the file, so the file is taken, with a warning.
    #expect(importer.warnings.map(\.line) == [8])
    #expect(importer.problems.isEmpty)
    #expect(importer.guides.count == 1)
  }

  @Test func `a file that is not UTF-8 is named with its line`() {
    var importer = Importer()
    importer.add(file: Array("# G\n\n## S\n".utf8) + [0xff, 0x0a], path: "bad.md")
    #expect(importer.problems.map(\.line) == [4])
    #expect(importer.guides.isEmpty)
  }

  @Test(arguments: [
    ([0x50, 0x4b, 3, 4, 0xff], "zip"), ([0x1f, 0x8b, 8], "gzip"),
    ([0xff, 0xfe, 0x23, 0], "UTF-16"),
    ([0x89, 0x50, 0x4e, 0x47], "picture"), (Array("%PDF-1.7\n".utf8) + [0xe2, 0xe3], "PDF"),
  ])
  func `another kind of file is called what it is`(bytes: [UInt8], word: String) {
    var importer = Importer()
    importer.add(file: bytes, path: "bad.md")
    #expect(importer.problems.count == 1)
    #expect(importer.problems.allSatisfy { $0.reason.contains(word) })
    #expect(importer.guides.isEmpty)
  }

  @Test func `the shipped guides come out as they went in`() throws {
    let importer = ShippedGuides.importer()
    #expect(importer.problems == [])
    for guide in importer.guides {
      let base = try Base()
      let summaries = try base.store.write(as: .importer) {
        [try $0.importGuide(guide.file, shape: guide.shape, sections: guide.sections)]
      }
      #expect(try base.exportedText(summaries[0].guide) == guide.file.text)
      try base.checkIntegrity()
    }
  }
}

struct SharedRoundTripTests {
  @Test(.enabled(if: Shared.exists("guides/agentcore-original.md")))
  func `the first notes come to 31 issues in 8 sections and leave as they came`() throws {
    let bytes = try Shared.bytes("guides/agentcore-original.md")
    let base = try Base()
    let summary = try base.load(
      String(decoding: bytes, as: UTF8.self), name: "agentcore-original.md")
    #expect(summary.added == 31)
    let sections = try base.store.read(as: .system) { reading in
      try reading.sections(ofGuide: try #require(try reading.guide(summary.guide)).id)
    }
    #expect(sections.count == 8)
    #expect(Array(try base.exportedText(summary.guide).utf8) == bytes)
    try base.checkIntegrity()
  }

  @Test(.enabled(if: !Shared.corpora.isEmpty), arguments: Shared.corpora)
  func `folders of real files leave as they came`(name: String) throws {
    let root = Shared.path("corpora/markdown/" + name)
    let paths = (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".md") }.sorted().prefix(25)
    let files = try paths.map {
      ($0, [UInt8](try Data(contentsOf: URL(fileURLWithPath: root + "/" + $0))))
    }
    var importer = Importer()
    importer.add(folder: name, files: files, at: name)
    #expect(importer.problems == [])
    let base = try Base()
    let prepared = importer
    let summaries = try base.store.write(as: .importer) { try prepared.store($0) }
    var exported: [[UInt8]] = []
    for summary in summaries {
      exported += try base.exported(summary.guide).map { Array($0.text.utf8) }
    }
    // Guides of one title are one guide: a folder may hold two files that are called the same.
    let guides = Set(summaries.map(\.guide))
    if guides.count == summaries.count {
      #expect(Set(exported) == Set(files.map(\.1)))
    }
    try base.checkIntegrity()
  }
}
