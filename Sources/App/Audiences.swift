import HTTP
import JSON
import Markup
import Store

// Who may see which guide, for admins.

extension App {
  static func listAudiences(_ context: Context) throws -> Reply {
    try context.require(.admin)
    try context.query().finish()
    let guides = try context.read { reading in
      try reading.guides().map { ($0, try reading.audience(ofGuide: $0.id) ?? Audience(.named)) }
    }
    return .page(AudiencesPage(guides: guides), headers: privately)
  }

  static func showAudience(_ context: Context) throws -> Reply {
    try context.require(.admin)
    let page = try context.read { try AudiencePage($0, guide: context.path[0]) }
    try context.query().finish()
    return .page(page, headers: privately)
  }

  static func setAudience(_ context: Context) throws -> Reply {
    try context.require(.admin)
    let slug = context.path[0]
    _ = try context.read { try AudiencePage($0, guide: slug) }
    var fields = try context.body()
    guard let kind = try fields.choice("audience", as: Audience.Kind.self) else {
      throw Failure.missing("audience")
    }
    let people = try fields.words("people") ?? []
    var roles = try fields.choices("roles", as: Role.self) ?? []
    if !context.isAPI {
      // A form's boxes, one field each.
      for role in Role.allCases where try fields.flag("role_" + role.rawValue) {
        roles.append(role)
      }
    }
    try fields.finish()
    guard kind == .named || (people.isEmpty && roles.isEmpty) || !context.isAPI else {
      throw Failure.invalid("people", "people and roles go with the audience named.")
    }
    let known = try context.read { reading in
      try people.map { (name: $0, account: try reading.anyAccount(named: $0)) }
    }
    if let stranger = known.first(where: { $0.account == nil }) {
      throw Failure.invalid("people", "There is no account \(stranger.name.prefix(100)).")
    }
    let audience = Audience(kind, people: people, roles: roles)
    let isAPI = context.isAPI
    return .write { writing in
      try writing.setAudience(audience, ofGuide: slug)
      guard isAPI else { return .redirect(.seeOther, to: "/admin/guides") }
      return .page(try AudiencePage(writing.reading, guide: slug), headers: privately)
    }
  }
}

struct AudiencePage: HTMLOnly {
  let guide: GuideSummary
  let audience: Audience
  var title: String { "Who sees \(guide.title)" }

  init(_ reading: Reading, guide slug: String) throws {
    guard let guide = try reading.guide(slug),
      let audience = try reading.audience(ofGuide: guide.id)
    else { throw Failure.notFound("guide") }
    self.guide = guide
    self.audience = audience
  }

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin/guides"))
    <h1>\(title)</h1>
    \(AudiencesPage.form(guide, audience))
    """
  }

  func json(_ site: Site) -> JSON { AudiencePage.json(guide, audience) }

  static func json(_ guide: GuideSummary, _ audience: Audience) -> JSON {
    [
      "guide": .string(guide.slug), "audience": .string(audience.kind.rawValue),
      "people": audience.people.json, "roles": audience.roles.map(\.rawValue).json,
    ]
  }
}

struct AudiencesPage: HTMLOnly {
  let guides: [(GuideSummary, Audience)]
  let title = "Who sees what"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = guides.map { guide, audience in
      """
      <li><a href="/guides/\(guide.slug)">\(guide.title)</a> <span class="quiet">\(AudiencesPage.words(audience))</span>
      <details><summary>Change who sees \(guide.title)</summary>\(AudiencesPage.form(guide, audience))</details></li>

      """
    }
    return """
      \(AdminPage.navigation("/admin/guides"))
      <h1>Who sees what</h1>
      <p>What someone may not see is nowhere for them: not in lists, searches, diagnoses, feeds, counts or exports. Admins see every guide.</p>
      \("<p>There is no guide yet.</p>", if: guides.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !guides.isEmpty)
      """
  }

  static func words(_ audience: Audience) -> String {
    switch audience.kind {
    case .anyone: return "anyone"
    case .members: return "members and tokens"
    case .named:
      let names = audience.people + audience.roles.map { "every \($0.rawValue)" }
      return names.isEmpty ? "admins only" : names.joined(separator: ", ") + ", admins"
    }
  }

  static func form(_ guide: GuideSummary, _ audience: Audience) -> HTML {
    let kinds: [(Audience.Kind, String)] = [
      (.anyone, "Anyone"), (.members, "Members: whoever is signed in, and tokens"),
      (.named, "Only the people and roles named below, and admins"),
    ]
    let choices: [HTML] = kinds.map { kind, words in
      "<label class=\"choice\"><input type=\"radio\" name=\"audience\" value=\"\(kind.rawValue)\"\(" checked", if: kind == audience.kind)> \(words)</label>"
    }
    let roles: [HTML] = Role.allCases.filter { $0 != .admin }.map { role in
      "<label class=\"choice\"><input type=\"checkbox\" name=\"role_\(role.rawValue)\" value=\"1\"\(" checked", if: audience.roles.contains(role))> every \(role.rawValue)</label> "
    }
    return """
      <form action="/admin/guides/\(guide.slug)" method="post" class="fields">
      <fieldset><legend>Who may see it</legend>\(choices)</fieldset>
      <p><label for="people-\(guide.id)">People, by name, with commas between</label><input id="people-\(guide.id)" name="people" value="\(audience.people.joined(separator: ", "))" autocomplete="off"></p>
      <fieldset><legend>Roles</legend>\(roles)</fieldset>
      <p><button class="primary">Save</button></p></form>
      """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(guides.map { AudiencePage.json($0.0, $0.1) }), "next": .null]
  }
}
