import Store

// `Testing` has an `Issue` too, and `Store.Issue` would be a member of the class `Store`.
typealias StoredIssue = Issue

/// What the store counts of a search; test files have a `Question` of their own.
typealias AskedQuestion = Question
