import HTTP
import JSON
import Store

extension Operation {
  // MARK: Accounts

  static let listUsers = Operation(
    "listUsers", in: .people, "List accounts", by: .scope(.admin), query: [.limit, .cursor],
    answers: [.list(of: .user, "By name, disabled ones too.")], example: Example())

  static let createUser = Operation(
    "createUser", in: .people, "Make an account",
    """
    The answer has an invitation: an address that signs in once and lets a password be chosen. It is not \
    shown again.
    """,
    by: .scope(.admin),
    body: [
      .line("name", limit: 100, "What the account is called, as no other is.").required
        .example("grace"),
      .choice("role", of: Role.self, "What it may do.").standard("reader").example("reporter"),
      hours,
    ], givesSecret: true,
    answers: [
      .created(.user, "Made.", headers: [.text("Location", "Address of the account.")])
    ], codes: ["name_taken"],
    example: Example(body: ["name": "grace", "role": "reporter"], keeps: ["USER": "id"]))

  private static let hours = Field.integer(
    "hours", in: 1...720, "How long the invitation holds."
  ).standard(72)

  static let showUser = Operation(
    "showUser", in: .people, "Read an account", by: .scope(.admin),
    answers: [.ok(.user, "The account.")], example: Example(["$USER"]))

  static let changeUser = Operation(
    "changeUser", in: .people, "Give an account another role, disable it, enable it",
    """
    Holds at once, also for sessions and tokens. Disabling ends them; enabling does not bring them back. \
    The last admin stays one.
    """,
    by: .scope(.admin),
    body: [
      .choice("role", of: Role.self, "What it may do from now on.").example("editor"),
      .flag("disabled", "Whether it may not sign in."),
    ],
    answers: [.ok(.user, "Changed.")], codes: ["last_admin", "missing_field"],
    example: Example(["$USER"], body: ["role": "editor"]))

  static let inviteUser = Operation(
    "inviteUser", in: .people, "Make another invitation",
    "Also for someone who forgot the password.", by: .scope(.admin), body: [hours],
    givesSecret: true,
    answers: [.created(.user, "The account with its invitation.")], codes: ["user_disabled"],
    example: Example(["$USER"], body: ["hours": 24]))

  // MARK: Tokens

  static let listTokens = Operation(
    "listTokens", in: .people, "List tokens", by: .scope(.admin),
    query: [.flag("revoked", "Revoked ones too."), .limit, .cursor],
    answers: [.list(of: .token, "Newest first.")], example: Example())

  static let createToken = Operation(
    "createToken", in: .people, "Make a token",
    "Its text is in the answer only; what is stored is a hash.", by: .scope(.admin),
    body: [
      .line("name", limit: 100, "What it is for.").required.example("nightly import"),
      .choices("scopes", of: Scope.self, "What it may do.").needed.example(["read", "report"]),
      .choice("kind", of: TokenInput.Kind.self, "Who uses it; outcomes are counted by it.")
        .standard("automation"),
      .integer("days", in: 0...36_500, "Expires after so many days; 0: never.").standard(0),
      .line(
        "account", limit: 100,
        "Name of the account it acts for, with no more than the account's role allows."),
    ], givesSecret: true,
    answers: [
      .created(.token, "Made.", headers: [.text("Location", "Address of the token.")])
    ],
    example: Example(
      body: ["name": "nightly import", "scopes": ["read", "edit"], "days": 90],
      keeps: ["MADE": "id"]))

  static let showToken = Operation(
    "showToken", in: .people, "Read about a token", by: .scope(.admin),
    answers: [.ok(.token, "The token, without its text.")], example: Example(["$MADE"]))

  static let revokeToken = Operation(
    "revokeToken", in: .people, "Revoke a token", by: .scope(.admin),
    answers: [.ok(.token, "It does not hold any more.")], example: Example(["$MADE"]))

  // MARK: Who sees and who did what

  static let showAudience = Operation(
    "showAudience", in: .guides, "Read who may see a guide", by: .scope(.admin),
    answers: [.ok(.audience, "Who may see it.")], example: Example(["agentcore-troubleshooting"]))

  static let setAudience = Operation(
    "setAudience", in: .guides, "Say who may see a guide",
    """
    `anyone`; `members`: whoever is signed in, and tokens; `named`: the people and roles given, and admins, \
    who see every guide.
    """,
    by: .scope(.admin),
    body: [
      .choice("audience", of: Audience.Kind.self, "Who may see it.").needed.example("anyone"),
      .texts("people", count: 0...100, limit: 200, "Names of accounts, for `named`."),
      .choices("roles", of: Role.self, "Everyone with one of these roles, for `named`."),
    ],
    answers: [.ok(.audience, "Who may see it now.")],
    example: Example(["agentcore-troubleshooting"], body: ["audience": "anyone"]))

  static let listAudit = Operation(
    "listAudit", in: .people, "Read the audit log", "Every write and every sign-in.",
    by: .scope(.admin),
    query: [
      .text("actor", limit: 300, "Name of the account or token.").example("admin token"),
      .text("action", limit: 300, "The method, or words: `sign in`, `create token`."),
      .text("subject", limit: 300, "What the subject begins with.").example("/api/v1/users"),
      .text("since", limit: 40, "From that day or moment on."),
      .text("until", limit: 40, "Before that moment, or to the end of that day."),
      .limit(1...100, standard: 50), .cursor,
    ],
    answers: [.list(of: .auditEntry, "Newest first.")],
    example: Example(query: ["action": "POST", "limit": "5"]))
}

extension Shape {
  static let user = Shape(
    "User",
    Schema.object(
      [
        .init("id", Schema.integer()), .init("name", Schema.string()),
        .init("role", Schema.choice(Role.allCases.map(\.rawValue))),
        .init("disabled", Schema.boolean()), .init("has_password", Schema.boolean()),
        .init("created_at", Schema.time()), .init("disabled_at", Schema.optional(Schema.time())),
        .init(
          "invitation",
          Schema.object([
            .init("url", Schema.string("Signs in once.")), .init("expires_at", Schema.time()),
          ])),
      ], optional: ["invitation"]))

  static let token = Shape(
    "Token",
    Schema.object(
      [
        .init("id", Schema.integer()), .init("name", Schema.string()),
        .init("kind", Schema.choice(TokenInput.Kind.allCases.map(\.rawValue))),
        .init("scopes", Schema.list(of: Schema.choice(Scope.allCases.map(\.rawValue)))),
        .init("account", Schema.optional(Schema.string("Whom it acts for."))),
        .init("state", Schema.choice(["active", "expired", "revoked"])),
        .init("created_at", Schema.time()), .init("expires_at", Schema.optional(Schema.time())),
        .init("last_used_at", Schema.optional(Schema.time("To within ten minutes."))),
        .init("revoked_at", Schema.optional(Schema.time())),
        .init("token", Schema.string("The text, when it is made and never again.")),
      ], optional: ["token"]))

  static let audience = Shape(
    "Audience",
    Schema.object([
      .init("guide", Schema.string()),
      .init("audience", Schema.choice(Audience.Kind.allCases.map(\.rawValue))),
      .init("people", Schema.list(of: Schema.string())),
      .init("roles", Schema.list(of: Schema.choice(Role.allCases.map(\.rawValue)))),
    ]))

  static let auditEntry = Shape(
    "AuditEntry",
    Schema.object([
      .init("id", Schema.integer()), .init("actor", Schema.string("A name.")),
      .init("identity", Schema.string("Which account or token had the name: `account:3`.")),
      .init("action", Schema.string()), .init("subject", Schema.string()),
      .init("peer", Schema.string("An address, or a digest for people without an account.")),
      .init("at", Schema.time()),
    ]))
}
