import CSystem
import Glibc

/// A database file as the file system sees it: made with care, moved with care.
package enum DatabaseFile {
  /// What stands in the way of opening a path as a database, in words; nil when nothing does.
  package static func obstacle(_ path: String, create: Bool) -> String? {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { return "this is a folder, not a file" }
      if status.st_mode & S_IFMT != S_IFREG { return "this is not an ordinary file" }
      return access(path, R_OK) == 0 ? nil : String(cString: strerror(errno))
    }
    guard errno == ENOENT else { return String(cString: strerror(errno)) }
    guard create else { return "there is no such file" }
    let folder = folder(of: path)
    if access(folder, F_OK) != 0 { return "there is no folder \(folder)" }
    if access(folder, W_OK | X_OK) != 0 {
      return "the folder can't be written, so the file can't be made"
    }
    return nil
  }

  /// Which file stands at a path, whatever its name was.
  package struct Identity: Sendable, Equatable {
    let device: UInt64
    let inode: UInt64
  }

  /// Nil when there is none.
  package static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  /// Makes an empty file that only its owner reads, whatever the umask: it holds hashes of
  /// passwords and what people reported. SQLite gives `-wal` and `-shm` the same permissions.
  /// A file that is there keeps its own. False when it can't be made.
  @discardableResult
  package static func create(_ path: String) -> Bool {
    let descriptor = fixbook_open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { return descriptor == -EEXIST }
    fchmod(descriptor, 0o600)
    close(descriptor)
    // A file without its name would be lost in a power cut, with all that is flushed into it.
    sync(folder(of: path))
    return true
  }

  /// Brings a file, or the names in a folder, to the disk. False when that failed.
  @discardableResult
  package static func sync(_ path: String) -> Bool {
    let descriptor = fixbook_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }

  /// Renames a file so that the new name survives a power cut. False, with `errno`, when that failed.
  package static func move(_ source: String, to target: String) -> Bool {
    guard rename(source, target) == 0 else { return false }
    sync(folder(of: target))
    return true
  }

  /// Gives a file the permissions of another one, and its owner where this process may: whoever serves
  /// the one can serve the other, whoever put it there. Nothing when there is no such file.
  package static func giveOwner(of model: String, to path: String) {
    var status = stat()
    guard stat(model, &status) == 0 else { return }
    _ = chown(path, status.st_uid, status.st_gid)
    chmod(path, status.st_mode & 0o777)
  }

  /// Gives a file a second name. Where the file system knows none, it loses the first. False, with `errno`,
  /// when that failed.
  package static func keep(_ path: String, as name: String) -> Bool {
    link(path, name) == 0 || rename(path, name) == 0
  }

  /// The path without symbolic links, beside which SQLite puts `-wal` and `-shm`.
  package static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The size of a file; 0 when there is none.
  package static func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Whether another process has the file open with another WAL than the one beside this path: under
  /// another of its names (a hard link, a bind mount of the file alone), or since that one was removed.
  /// SQLite would begin a second WAL, and what is in one of them would be lost.
  package static func isOpenWithAnotherWAL(_ path: String) -> Bool {
    // One that is just opening the file under this name holds the first lock for a moment without the second.
    for _ in 0..<20 {
      guard isWAL(path), isLocked(path, lockBytes), !isLocked(path + "-shm", indexLockBytes) else {
        return false
      }
      usleep(10_000)
    }
    return true
  }

  /// SQLite's PENDING, RESERVED and SHARED bytes (https://www.sqlite.org/lockingv3.html); in WAL mode every
  /// open connection holds a shared lock on the last.
  private static let lockBytes: (start: Int64, length: Int64) = (0x4000_0000, 512)
  /// In the `-shm`, which every connection to a WAL holds, too (https://www.sqlite.org/walformat.html §2.3).
  private static let indexLockBytes: (start: Int64, length: Int64) = (120, 9)

  /// By a lock of another process. This one's own locks on the file are lost.
  private static func isLocked(_ path: String, _ bytes: (start: Int64, length: Int64)) -> Bool {
    let descriptor = fixbook_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fixbook_is_locked(descriptor, bytes.start, bytes.length) != 0
  }

  /// By its header (https://www.sqlite.org/fileformat.html §1.3).
  private static func isWAL(_ path: String) -> Bool {
    let descriptor = fixbook_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var version: UInt8 = 0
    return pread(descriptor, &version, 1, 19) == 1 && version == 2
  }

  /// A lock that keeps every SQLite connection of other processes out, sound database or not.
  package final class Claim {
    private let descriptor: Int32

    /// Nil when a connection is open on the file, or it can't be written.
    package init?(_ path: String) {
      descriptor = fixbook_open(path, O_RDWR, 0)
      guard descriptor >= 0 else { return nil }
      let bytes = DatabaseFile.lockBytes
      guard fixbook_lock(descriptor, bytes.start, bytes.length) == 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
  }
}
