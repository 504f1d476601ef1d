import CSystem
import Glibc
import JSON
import Store

/// A command's failure as it was diagnosed. Nothing of the command or its output is in it.
struct RememberedFailure {
  struct Fix {
    let id: Int
    let text: String
  }

  let diagnosis: String
  /// Seconds since 1970.
  let failedAt: Int
  /// The issue that explains it; nil when nothing was known.
  let issue: String?
  let title: String
  let fixes: [Fix]

  /// From the answer to a diagnosis; nil when it was not stored.
  init?(answer: JSON) {
    guard let id = answer["id"]?.text else { return nil }
    let isKnown = answer["verdict"]?.text != "unknown"
    let best = isKnown ? answer["matches"]?.items?.first : nil
    diagnosis = id
    failedAt = time(nil)
    issue = best?["issue"]?["slug"]?.text
    title = best?["issue"]?["title"]?.text ?? ""
    fixes = (best?["fixes"]?.items ?? []).compactMap(RememberedFailure.fix)
  }

  /// From what was kept.
  init?(_ kept: JSON) {
    guard let id = kept["diagnosis"]?.text, let at = kept["failed_at"]?.integer else { return nil }
    diagnosis = id
    failedAt = at
    issue = kept["issue"]?.text
    title = kept["title"]?.text ?? ""
    fixes = (kept["fixes"]?.items ?? []).compactMap(RememberedFailure.fix)
  }

  private static func fix(_ json: JSON) -> Fix? {
    guard let id = json["id"]?.integer, let text = json["text"]?.text else { return nil }
    return Fix(id: id, text: text)
  }

  var json: JSON {
    [
      "diagnosis": .string(diagnosis), "failed_at": .integer(failedAt),
      "issue": issue.map { .string($0) } ?? .null, "title": .string(title),
      "fixes": .array(fixes.map { ["id": .integer($0.id), "text": .string($0.text)] }),
    ]
  }
}

/// What `fixbook run` keeps between two runs of a command: one small file for each command and folder,
/// below `$XDG_STATE_HOME/fixbook/run` (XDG Base Directory Specification 0.8), for its owner alone.
struct RunMemory {
  /// Failures kept at most; the oldest go.
  private static let limit = 200
  /// Seconds after which a failure is no longer asked about.
  private static let lifetime = 7 * 86_400

  private let folder: String?
  private let name: String

  init(command: [String], desk: String) {
    var key = [UInt8](absolutePath(".").utf8) + [0] + Array(desk.utf8)
    for word in command { key += [0] + Array(word.utf8) }
    name = Secrets.digest(key) + ".json"
    // A relative path in the variable is to be ignored.
    if let state = Console.environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      folder = state + "/fixbook/run"
    } else {
      folder = Console.environment("HOME").map { $0 + "/.local/state/fixbook/run" }
    }
  }

  private var path: String? { folder.map { $0 + "/" + name } }

  /// The last failure of this command in this folder.
  var failure: RememberedFailure? {
    guard let path, let bytes = try? readFile(path), let kept = try? JSON.read(bytes),
      let failure = RememberedFailure(kept)
    else { return nil }
    return time(nil) - failure.failedAt < RunMemory.lifetime ? failure : nil
  }

  /// Where nothing can be kept, nothing is: the command matters more.
  func remember(_ failure: RememberedFailure) {
    guard let folder, let path else { return }
    try? makePrivateFolders(folder)
    makeRoom(folder)
    let temporary = path + ".\(getpid())"
    let descriptor = fixbook_open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { return }
    let bytes = failure.json.bytes
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    if written != bytes.count || rename(temporary, path) != 0 { unlink(temporary) }
  }

  func forget() {
    if let path { unlink(path) }
  }

  private func makePrivateFolders(_ folder: String) throws {
    var current = ""
    for part in folder.split(separator: "/") {
      current += "/" + part
      guard mkdir(current, 0o700) == 0 || errno == EEXIST else {
        throw CommandError("\(current): \(reason(errno))")
      }
    }
  }

  /// Removes what has run out, and the oldest beyond the limit.
  private func makeRoom(_ folder: String) {
    guard let names = try? filesBelow(folder, suffix: "") else { return }
    var files: [(path: String, age: Int)] = []
    for name in names where name != self.name {
      var info = stat()
      let path = folder + "/" + name
      guard stat(path, &info) == 0 else { continue }
      files.append((path, time(nil) - info.st_mtim.tv_sec))
    }
    files.sort { $0.age < $1.age }
    for (index, file) in files.enumerated()
    where index >= RunMemory.limit - 1 || file.age > RunMemory.lifetime {
      unlink(file.path)
    }
  }
}
