import HTTP
import JSON
import Store

extension Operation {
  static let listWarnings = Operation(
    "listWarnings", in: .reports, "List warnings",
    """
    Fixes that people without an account, agents or automation say made things worse, and nobody has \
    looked at. It moves no fix, so that nobody can bury one.
    """, by: .scope(.edit), answers: [.list(of: .warning, "The newest first.")],
    example: Example())

  static let seeWarning = Operation(
    "seeWarning", in: .reports, "Say that you looked at a warning",
    "Takes what is said of its fix up to then off the list.", by: .scope(.edit),
    answers: [.ok(.done, "Seen.")], example: Example(["$OUTCOME"]))
}
