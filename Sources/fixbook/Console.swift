import CSystem
import Glibc

/// Standard streams and files, in bytes.
enum Console {
  static func out(_ text: String) { write(1, Array(text.utf8)) }
  static func out(_ bytes: [UInt8]) { write(1, bytes) }
  static func error(_ text: String) { write(2, Array(text.utf8)) }

  static func error(bytes: [UInt8]) { write(2, bytes) }

  static var errorIsTerminal: Bool { isatty(2) == 1 }
  static var inputIsTerminal: Bool { isatty(0) == 1 }

  private static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          return
        }
        done += count
      }
    }
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Reads a file, or standard input, piece by piece.
func readPieces(_ path: String?, _ body: ([UInt8]) throws -> Void) throws {
  var descriptor: Int32 = 0
  if let path, path != "-" {
    descriptor = fixbook_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { throw CommandError("\(path): \(reason(-descriptor))") }
  }
  defer { if descriptor > 0 { close(descriptor) } }
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0 {
      if errno == EINTR { continue }
      throw CommandError("\(path ?? "standard input"): \(reason(errno))")
    }
    if count == 0 { return }
    try body(Array(buffer[..<count]))
  }
}

func readFile(_ path: String) throws -> [UInt8] {
  var bytes: [UInt8] = []
  try readPieces(path) { bytes += $0 }
  return bytes
}

/// Writes a file whole or not at all: beside it first, then renamed over it.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
  let temporary = path + ".part"
  let descriptor = fixbook_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  guard descriptor >= 0 else { throw CommandError("\(path): \(reason(-descriptor))") }
  var done = 0
  let failed = bytes.withUnsafeBytes { buffer -> Bool in
    while done < buffer.count {
      let count = write(descriptor, buffer.baseAddress! + done, buffer.count - done)
      if count < 0 { return true }
      done += count
    }
    return fsync(descriptor) != 0
  }
  close(descriptor)
  guard !failed, rename(temporary, path) == 0 else {
    let code = errno
    unlink(temporary)
    throw CommandError("\(path): \(reason(code))")
  }
}

func makeFolders(_ path: String) throws {
  var current = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    current += (current.isEmpty || current == "/" ? "" : "/") + part
    guard mkdir(current, 0o755) == 0 || errno == EEXIST else {
      throw CommandError("\(current): \(reason(errno))")
    }
  }
}

func isFolder(_ path: String) -> Bool {
  var info = stat()
  return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
}

/// Files below a folder whose names end with `suffix`, as paths relative to it, in byte order.
func filesBelow(_ folder: String, suffix: String) throws -> [String] {
  var found: [String] = []
  func walk(_ relative: String, _ depth: Int) throws {
    guard depth < 32 else { return }
    let path = relative.isEmpty ? folder : folder + "/" + relative
    guard let directory = opendir(path) else { throw CommandError("\(path): \(reason(errno))") }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let inner = relative.isEmpty ? name : relative + "/" + name
      if isFolder(folder + "/" + inner) {
        try walk(inner, depth + 1)
      } else if name.lowercased().hasSuffix(suffix) {
        found.append(inner)
      }
    }
  }
  try walk("", 0)
  return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
