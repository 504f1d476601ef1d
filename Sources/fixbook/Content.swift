import App
import Glibc
import Guide
import JSON
import Store

let importVerb = Verb(
  "import", "Imports Markdown files, folders of them, JSON Lines, and exports of everything",
  operands: "PATH…",
  flags: [
    .database, .toggle("skip-bad", "leave broken files out instead of importing nothing"),
    .toggle("quiet", "don't say what was understood, by file and line"),
    .value("audience", "WHO", "may see it, if new: anyone, members or named (default anyone)"),
    .json,
  ],
  example: "fixbook import --db fixbook.db runbooks/ known-issues.jsonl.gz"
) { arguments in
  guard !arguments.operands.isEmpty else { throw UsageError("name a file or folder") }
  let audience = try arguments.choice("audience", as: Audience.Kind.self)
  if let path = try arguments.operands.first(where: isRecordFile) {
    guard arguments.operands.count == 1 else {
      throw UsageError("\(path) holds a whole knowledge base: import it by itself")
    }
    return try importRecords(path, arguments)
  }
  var importer = Importer()
  for path in arguments.operands { try load(path, into: &importer) }
  for problem in importer.problems {
    Console.error("\(problem.path):\(problem.line): \(problem.reason)\n")
  }
  for warning in importer.warnings {
    Console.error("\(warning.path):\(warning.line): warning: \(warning.reason)\n")
  }
  if !arguments.has("quiet") {
    for note in importer.notes { Console.error("\(note.path):\(note.line): \(note.reason)\n") }
  }
  if !importer.problems.isEmpty, !arguments.has("skip-bad") {
    throw CommandError("nothing was imported; mend the lines named, or give --skip-bad")
  }
  guard !importer.guides.isEmpty else { throw CommandError("there is nothing to import") }
  let store = try Main.openStore(arguments, create: true)
  defer { store.close() }
  let prepared = importer
  let summaries: [ImportSummary]
  do {
    // In one transaction, so that a guide for few is never one for all.
    summaries = try store.write(as: .importer) { writing in
      let known = Set(try writing.reading.guides().map(\.slug))
      let summaries = try prepared.store(writing)
      for summary in summaries where audience != nil && !known.contains(summary.guide) {
        try writing.setAudience(Audience(audience!), ofGuide: summary.guide)
      }
      return summaries
    }
  } catch let error as IssueWriteError {
    throw CommandError(explanation(error))
  }
  if arguments.has("json") {
    Console.out(JSON.array(summaries.map(json)).string + "\n")
  } else {
    for (guide, summary) in zip(prepared.guides, summaries) {
      Console.error(line(summary, path: guide.path))
    }
  }
  return .done
}

private func explanation(_ error: IssueWriteError) -> String {
  switch error {
  case .checkNameTaken(let name, let slug):
    "nothing was imported: the check name \(name) is taken by the issue \(slug)"
  case .malformed(let mistakes):
    "nothing was imported: "
      + mistakes.map { "line \($0.line): \($0.reason)" }.joined(separator: " ")
  default: "nothing was imported: \(error)"
  }
}

private func line(_ summary: ImportSummary, path: String) -> String {
  let total = summary.added + summary.changed + summary.unchanged + summary.conflicts.count
  var text = "\(path): \(summary.title) (\(summary.guide)), \(counted(total, "issue"))"
  text += ": \(summary.added) added"
  if summary.changed > 0 { text += ", \(summary.changed) changed" }
  if summary.merged > 0 { text += " (\(summary.merged) merged with edits made here)" }
  if summary.unchanged > 0 { text += ", \(summary.unchanged) unchanged" }
  if summary.archived > 0 { text += ", \(summary.archived) archived" }
  text += "\n"
  for title in summary.conflicts {
    text += "  conflict, stays as it is here: \(title)\n"
  }
  return text
}

private func json(_ summary: ImportSummary) -> JSON {
  [
    "guide": .string(summary.guide), "title": .string(summary.title),
    "added": .integer(summary.added), "changed": .integer(summary.changed),
    "merged": .integer(summary.merged), "unchanged": .integer(summary.unchanged),
    "archived": .integer(summary.archived), "conflicts": summary.conflicts.json,
  ]
}

private func load(_ path: String, into importer: inout Importer) throws {
  if isFolder(path) {
    var root = path
    while root.count > 1, root.hasSuffix("/") { root.removeLast() }
    let pages = try filesBelow(root, suffix: "").filter { PageFormat(path: $0) != nil }
    let files = try pages.filter { PageFormat(path: $0) == .markdown }.map {
      (path: $0, bytes: try readFile(root + "/" + $0))
    }
    tellOfOthers(pages, below: root)
    guard !files.isEmpty else { throw CommandError("\(path): no Markdown file in this folder") }
    let name =
      root == "." ? currentFolderName() : String(root.split(separator: "/").last ?? "guide")
    importer.add(folder: name, files: files, at: root)
  } else if path.hasSuffix(".jsonl") {
    importer.add(records: try readFile(path), path: path)
  } else if path.hasSuffix(".jsonl.gz") {
    guard let bytes = Gzip.expand(try readFile(path)) else {
      throw CommandError("\(path): not gzip, or cut off")
    }
    importer.add(records: bytes, path: path)
  } else {
    importer.add(file: try readFile(path), path: path)
  }
}

/// Says which pages of a folder are not read, since they may hold what its owner looks for.
private func tellOfOthers(_ pages: [String], below root: String) {
  let others = Dictionary(grouping: pages) { PageFormat(path: $0) }
  for format in PageFormat.allCases where format != .markdown {
    guard let left = others[format], let first = left.first else { continue }
    let number = counted(left.count, format.name.map { "\($0) page" } ?? "text file")
    Console.error(
      "\(root): left out \(number), such as \(first): \(format.wayOut("\(root)/\(first)"))\n")
  }
}

private func currentFolderName() -> String {
  guard let path = getcwd(nil, 0) else { return "guide" }
  defer { free(path) }
  return String(cString: path).split(separator: "/").last.map(String.init) ?? "guide"
}

let exportVerb = Verb(
  "export", "Writes a guide as it came, but for what was edited; or everything",
  flags: [
    .database, .guide, .value("output", "PATH", "file, or folder for a guide of many files"),
    .toggle("jsonl", "everything as JSON Lines: issues, revisions, reports, outcomes (.gz packs)"),
    .toggle("people", "with --jsonl: accounts too, without passwords"),
    .toggle("json", "print JSON: what was written, or the files themselves without --output"),
  ],
  example: "fixbook export --db fixbook.db --guide agentcore-troubleshooting > guide.md"
) { arguments in
  try arguments.noOperands()
  if arguments.has("jsonl") { return try exportRecords(arguments) }
  if arguments.has("people") { throw UsageError("--people goes with --jsonl") }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let output = arguments.value("output")
  let exports = try store.read(as: .system, deadline: 600_000) { reading in
    let guides = try reading.guides()
    let wanted = arguments.value("guide")
    let chosen = guides.filter { wanted == nil || $0.slug == wanted }
    if let wanted, chosen.isEmpty { throw CommandError("there is no guide \(wanted)") }
    return try chosen.map { (guide: $0, files: try reading.exported(guide: $0.id)) }
  }
  guard !exports.isEmpty else { throw CommandError("there is no guide in this file") }
  if arguments.has("json"), output == nil || output == "-" {
    Console.out(JSON.array(exports.map { json($0.guide, $0.files) }).string + "\n")
    return .done
  }
  if exports.count > 1, output == nil {
    throw UsageError(
      "there are \(exports.count) guides: give --guide, or --output with a folder")
  }
  var written: [String] = []
  for export in exports {
    let isOne = export.files.count == 1 && export.files[0].path == nil
    if isOne, exports.count == 1 {
      let bytes = Array(export.files[0].text.utf8)
      if let output, output != "-" {
        try writeFile(output, bytes)
        written.append(output)
      } else {
        Console.out(bytes)
      }
      continue
    }
    guard let output else {
      throw UsageError("\(export.guide.slug) is a folder of files: give --output with a folder")
    }
    if isOne {
      try makeFolders(output)
      let path = "\(output)/\(export.guide.slug).md"
      try writeFile(path, Array(export.files[0].text.utf8))
      written.append(path)
      continue
    }
    let root = exports.count == 1 ? output : "\(output)/\(export.guide.slug)"
    for file in export.files {
      let path = root + "/" + (file.path ?? "issue.md")
      try makeFolders(
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
          .joined(separator: "/"))
      try writeFile(path, Array(file.text.utf8))
      written.append(path)
    }
  }
  if arguments.has("json") {
    Console.out(JSON.array(written.map { fileJSON($0) }).string + "\n")
  }
  return .done
}

private func json(_ guide: GuideSummary, _ files: [ExportedFile]) -> JSON {
  [
    "guide": .string(guide.slug), "title": .string(guide.title),
    "files": .array(
      files.map {
        [
          "path": .string($0.path ?? guide.slug + ".md"), "section": .string($0.section),
          "text": .string($0.text),
        ]
      }),
  ]
}
