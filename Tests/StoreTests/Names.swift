import Store

// `Testing` has an `Issue` too, and `Store.Issue` would be a member of the class `Store`.
typealias StoredIssue = Issue
