import HTTP
import JSON
import Store
import Testing

@testable import App

@Suite("Operations")
struct OperationTests {
  static let api = App.routes.filter(\.hasAPI)

  @Test("every address of the API is declared")
  func declared() {
    for route in Self.api {
      #expect(route.operation != nil, "\(route.method.name) \(route.pattern)")
    }
    let names = Self.api.compactMap(\.operation?.id)
    #expect(Set(names).count == names.count)
  }

  @Test("every value in an address is described")
  func paths() {
    for route in Self.api {
      for field in route.pathFields { #expect(!field.about.isEmpty, "\(route.pattern)") }
    }
  }

  @Test("every problem code that an operation declares is a known one")
  func codes() {
    let known = Set((ProblemCodes.all + ProblemCodes.http).map(\.code))
    for route in Self.api {
      for code in route.operation?.codes ?? [] { #expect(known.contains(code), "\(code)") }
    }
  }

  @Test("every reference leads to a shape")
  func references() throws {
    let site = Site(
      base: "http://127.0.0.1:8080",
      caller: Caller(identity: .anonymous, scopes: [.read], reporter: ""), openToAnyone: true,
      now: .now())
    let document = OpenAPI(App.routes).document(site)
    let names = Set(Shape.all.map(\.name))
    #expect(names.count == Shape.all.count)
    var used: Set<String> = []
    func walk(_ json: JSON) {
      if let reference = json["$ref"]?.text, reference.hasPrefix(Shape.prefix) {
        used.insert(String(reference.dropFirst(Shape.prefix.count)))
      }
      for member in json.members ?? [] { walk(member.value) }
      for item in json.items ?? [] { walk(item) }
    }
    walk(document)
    #expect(used == names)
  }

  @Test("a parameter that an operation does not declare is refused", arguments: Self.api.indices)
  func unknownParameter(_ index: Int) throws {
    let route = Self.api[index]
    let operation = try #require(route.operation)
    let server = try Server()
    let example = try #require(operation.examples.first)
    // What needs an id that only a call before gives is tried by the end-to-end tests.
    guard
      !(example.path + (example.body?.members ?? []).compactMap(\.value.text)).contains(where: {
        $0.hasPrefix("$") || $0 == "deploy-key-has-expired" || $0 == "agentcore-troubleshooting"
          || $0 == "our-field-notes"
      })
    else { return }
    var values = example.path[...]
    let path = route.pattern.split(separator: "/").map {
      "/" + ($0.hasPrefix("{") ? values.removeFirst() : String($0))
    }.joined()
    let target = "/api/v1\(path)?colour=red"
    let body = example.body?.bytes ?? Array((example.text ?? "").utf8)
    let reply = try server.send(
      route.method.name, target,
      [
        ("Content-Type", example.text == nil ? "application/json" : "text/plain"),
        ("If-Match", "*"),
      ],
      body: route.method == .get ? [] : body, token: Server.admin)
    #expect(reply.status == 422, "\(target): \(reply.text)")
    #expect(reply.code == "unknown_field")
  }
}
