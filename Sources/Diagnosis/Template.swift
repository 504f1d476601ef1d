package enum Template { package static func of(_ line: String) -> String { line } }
