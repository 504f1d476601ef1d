import Glibc
import Synchronization

/// A command could not be started.
struct NoSuchCommand: Error {
  let word: String
  let code: Int32

  /// What a shell exits with: 127 not found, 126 not executable.
  var exitCode: Int32 { code == ENOENT ? 127 : 126 }
}

/// Other programs, run with their streams in our hands.
enum Child {
  struct Reply {
    let code: Int32
    let output: [UInt8]
  }

  /// Pipes are made and handed on one at a time: no child may inherit an end of another one's.
  private static let starting = Mutex(())

  /// Runs a program found on PATH; standard error is ours. May be called from several threads.
  static func run(_ words: [String], input: [UInt8]? = nil) throws -> Reply {
    var output: [Int32] = [-1, -1]
    var feed: [Int32] = [-1, -1]
    let pid = try starting.withLock { _ in
      guard pipe(&output) == 0, input == nil || pipe(&feed) == 0 else {
        throw CommandError("pipe: \(reason(errno))")
      }
      for end in output + feed where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      var moves: [(from: Int32, to: Int32)] = [(output[1], 1)]
      if input != nil { moves.append((feed[0], 0)) }
      do {
        return try start(words, moves: moves, closing: [output[0], feed[1]].filter { $0 >= 0 })
      } catch {
        for end in output + feed where end >= 0 { close(end) }
        throw error
      }
    }
    close(output[1])
    if let input {
      close(feed[0])
      signal(SIGPIPE, SIG_IGN)
      input.withUnsafeBytes { buffer in
        var done = 0
        while done < buffer.count {
          let count = write(feed[1], buffer.baseAddress! + done, buffer.count - done)
          if count <= 0 { break }
          done += count
        }
      }
      close(feed[1])
    }
    var bytes: [UInt8] = []
    drain(output[0]) { bytes += $0 }
    close(output[0])
    return Reply(code: wait(pid), output: bytes)
  }

  /// Runs a command, passing its standard output and error through as they come; `seen` gets a
  /// copy of both. Returns its exit code, 128 + n when signal n ended it.
  static func pass(_ words: [String], seen: ([UInt8]) -> Void) throws -> Int32 {
    var out: [Int32] = [-1, -1]
    var err: [Int32] = [-1, -1]
    guard pipe(&out) == 0, pipe(&err) == 0 else { throw CommandError("pipe: \(reason(errno))") }
    // Ctrl-C reaches the command too, being of the same group; we stay to tell its result.
    signal(SIGINT, SIG_IGN)
    signal(SIGQUIT, SIG_IGN)
    let pid = try start(words, moves: [(out[1], 1), (err[1], 2)], closing: [out[0], err[0]])
    close(out[1])
    close(err[1])
    var sources = [
      pollfd(fd: out[0], events: Int16(POLLIN), revents: 0),
      pollfd(fd: err[0], events: Int16(POLLIN), revents: 0),
    ]
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while sources.contains(where: { $0.fd >= 0 }) {
      guard poll(&sources, 2, -1) >= 0 || errno == EINTR else { break }
      for index in sources.indices where sources[index].revents != 0 {
        let count = read(sources[index].fd, &buffer, buffer.count)
        if count > 0 {
          let bytes = Array(buffer[..<count])
          if index == 0 { Console.out(bytes) } else { Console.error(bytes: bytes) }
          seen(bytes)
        } else if count == 0 || errno != EINTR {
          close(sources[index].fd)
          sources[index].fd = -1
        }
        sources[index].revents = 0
      }
    }
    return wait(pid)
  }

  private static func start(
    _ words: [String], moves: [(from: Int32, to: Int32)], closing: [Int32]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for move in moves { posix_spawn_file_actions_adddup2(&actions, move.from, move.to) }
    for descriptor in closing + moves.map(\.from) {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGINT, SIGQUIT, SIGPIPE] + signalsWithoutMeaning {
      sigaddset(&defaults, number)
    }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    // A server's threads have signals blocked, which a child would inherit.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    let code = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, environ)
    guard code == 0 else { throw NoSuchCommand(word: words[0], code: code) }
    return pid
  }

  private static func drain(_ descriptor: Int32, _ body: ([UInt8]) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 { body(Array(buffer[..<count])) } else if count == 0 || errno != EINTR { return }
    }
  }

  private static func wait(_ pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
