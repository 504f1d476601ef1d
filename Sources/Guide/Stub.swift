extension IssueContent { package static func read(markdown: String, title: String) throws(GuideError) -> IssueContent { IssueContent() } }
package func slug(of title: String) -> String { title }
extension GuideFile { package static func renamed(lead: String, from: String, to: String) -> String { lead } }
