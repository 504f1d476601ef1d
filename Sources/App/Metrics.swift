import Glibc
import HTTP
import Store
import Synchronization

/// Numbers of this process in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
package struct Metric: Sendable {
  package enum Kind: String, Sendable { case counter, gauge }

  let name: String
  let kind: Kind
  let help: String
  /// Label pairs as written, e.g. `class="2xx"`; empty for none.
  let labels: String
  let value: Double

  package init(
    _ name: String, _ kind: Kind, _ help: String, labels: String = "", _ value: Double
  ) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
    self.value = value
  }
}

/// Where the numbers of the HTTP server come from; set once it runs.
package final class MetricsSource: Sendable {
  private let read = Mutex<(@Sendable () -> [Metric])?>(nil)

  package init() {}
  package func set(_ source: @escaping @Sendable () -> [Metric]) { read.withLock { $0 = source } }
  var samples: [Metric] { read.withLock { $0 }?() ?? [] }
}

extension App {
  static func metrics(_ context: Context) throws -> Reply {
    let app = context.app
    var samples = app.metricsSource.samples + processSamples()
    // What the one who asks may see: the number of the others tells of them.
    let issues = try context.read {
      try $0.corpus(guide: nil)?.issueCount() ?? 0
    }
    samples.append(Metric("fixbook_issues", .gauge, "Issues in the search index.", Double(issues)))
    samples.append(
      Metric(
        "fixbook_waiting_writes", .gauge, "Writes that wait for the writer.",
        Double(context.store.waitingWrites)))
    if let load = app.cache?.load {
      samples.append(
        Metric(
          "fixbook_cache_hits_total", .counter, "Requests answered from memory.", Double(load.hits))
      )
      samples.append(
        Metric("fixbook_cache_bytes", .gauge, "Memory of finished answers.", Double(load.bytes)))
    }
    for (verdict, count) in app.verdicts.counts {
      samples.append(
        Metric(
          "fixbook_diagnoses_total", .counter, "Diagnoses answered, by verdict.",
          labels: "verdict=\"\(verdict)\"", Double(count)))
    }
    return .bytes(
      Array(text(samples).utf8), type: "text/plain; version=0.0.4; charset=utf-8",
      headers: [HeaderFields.Field("Cache-Control", "no-store")])
  }

  private static func text(_ samples: [Metric]) -> String {
    var text = ""
    var last = ""
    for sample in samples {
      if sample.name != last {
        text +=
          "# HELP \(sample.name) \(sample.help)\n# TYPE \(sample.name) \(sample.kind.rawValue)\n"
        last = sample.name
      }
      let labels = sample.labels.isEmpty ? "" : "{\(sample.labels)}"
      text += "\(sample.name)\(labels) \(sample.value)\n"
    }
    return text
  }

  private static func processSamples() -> [Metric] {
    var usage = rusage()
    // RUSAGE_SELF is an enum here and the parameter an integer.
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    let seconds =
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
    return [
      Metric("process_cpu_seconds_total", .counter, "User and system time.", seconds),
      Metric(
        "process_resident_memory_bytes", .gauge, "Resident memory.",
        Double(residentPages() * sysconf(Int32(_SC_PAGESIZE)))),
      Metric("process_open_fds", .gauge, "Open descriptors.", Double(openDescriptors())),
    ]
  }

  /// Second number of /proc/self/statm (proc(5)).
  private static func residentPages() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }

  private static func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    // Without ".", ".." and the folder's own descriptor.
    return max(0, count - 3)
  }
}

/// Counts answers by verdict.
final class VerdictCounts: Sendable {
  private let values = Mutex<[String: Int]>([:])

  func add(_ verdict: String) { values.withLock { $0[verdict, default: 0] += 1 } }
  var counts: [(String, Int)] {
    values.withLock { values in
      ["known", "possible", "unknown"].map { ($0, values[$0] ?? 0) }
    }
  }
}
