// swift-tools-version: 6.2
import PackageDescription

// Warnings stop the build only where asked (CI), so that an experiment is not slowed by them.
let strict = Context.environment["FIXBOOK_STRICT"] == "1"

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// One library module. What it may import is its row in docs/architecture.md, held by LayoutTests.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

let package = Package(
  name: "fixbook",
  products: [.executable(name: "fixbook", targets: ["fixbook"])],
  targets: [
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CCmark",
      providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CSystem", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(
      name: "CAssets"),

    module("HTTP"),
    module("Sockets", ["CSystem"]),
    module("Server", ["Sockets", "HTTP", "CSystem", "Threads"]),
    module("JSON"),
    module("Threads", ["CSystem"]),
    module("SQLite", ["CSQLite", "CSystem", "Threads"]),
    module("Markup", ["CCmark", "Threads"]),
    module("Guide"),
    module("Diagnosis"),
    module(
      "Store", ["SQLite", "CAssets", "CSodium", "Guide", "Diagnosis", "JSON", "Threads"]),
    module(
      "App",
      [
        "HTTP", "Store", "Markup", "Guide", "Diagnosis", "JSON", "CAssets", "CZlib", "SQLite",
        "Threads",
      ]),
    .executableTarget(
      name: "fixbook",
      dependencies: [
        "App", "Server", "Sockets", "HTTP", "Store", "SQLite", "Diagnosis", "Guide", "JSON",
        "Threads",
        "CSystem",
      ],
      swiftSettings: settings),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    tests("HTTPTests", ["HTTP"]),
    tests("SocketsTests", ["Sockets", "CSystem"]),
    tests("ServerTests", ["Server", "Sockets", "HTTP", "CSystem"]),
    tests("JSONTests", ["JSON"]),
    tests("SQLiteTests", ["SQLite", "Threads"]),
    tests("GuideTests", ["Guide"]),
    tests("MarkupTests", ["Markup"]),
    tests("DiagnosisTests", ["Diagnosis"]),
    tests("StoreTests", ["Store", "SQLite", "Guide", "Diagnosis", "App", "JSON", "Threads"]),
    tests("AppTests", ["App", "Store", "HTTP", "JSON", "SQLite", "Guide", "Diagnosis"]),
    tests("CLITests", ["fixbook"]),
    tests("LayoutTests", ["CAssets"]),
  ],
  swiftLanguageModes: [.v6]
)
