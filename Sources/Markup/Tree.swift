import CCmark
import Synchronization

/// A parsed Markdown text. Freed once, on every path; never shared between threads.
struct Tree: ~Copyable {
  let root: OpaquePointer

  /// GitHub's extensions, registered once for the process.
  private static let extensions: [String] = {
    cmark_gfm_core_extensions_ensure_registered()
    return ["table", "strikethrough", "autolink", "tasklist"]
  }()

  /// cmark-gfm keeps the letters that its extensions watch for in a table of the process, and
  /// each parser changes it while it reads inlines (`cmark_manage_extensions_special_characters`
  /// in blocks.c): two parsers at once lose each other's `~~` and addresses. So one at a time;
  /// walking trees needs no lock.
  private static let parsing = Mutex(())

  /// Nil for a text that cmark would take far too long for (see `isCostly`); show it as it is.
  init?(_ markdown: String) {
    guard !Self.isCostly(markdown) else { return nil }
    let root = Self.parsing.withLock { _ in UInt(bitPattern: Self.parse(markdown)) }
    guard let root = OpaquePointer(bitPattern: root) else { return nil }
    self.root = root
  }

  private static func parse(_ markdown: String) -> OpaquePointer? {
    let names = extensions
    guard let parser = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE) else { return nil }
    defer { cmark_parser_free(parser) }
    for name in names {
      guard let found = cmark_find_syntax_extension(name) else { continue }
      cmark_parser_attach_syntax_extension(parser, found)
    }
    var markdown = markdown
    markdown.withUTF8 { buffer in
      buffer.withMemoryRebound(to: CChar.self) { chars in
        if let base = chars.baseAddress { cmark_parser_feed(parser, base, chars.count) }
      }
    }
    return cmark_parser_finish(parser)
  }

  deinit { cmark_node_free(root) }

  /// Whether parsing would take time or memory far beyond the text's size.
  ///
  /// Measured on 0.29.0.gfm.6: each `<!` and `<?` may be searched for its end to the end of the
  /// text, and a table's rows are filled up to the width of its header.
  static func isCostly(_ markdown: String) -> Bool {
    var markdown = markdown
    return markdown.withUTF8 { bytes in
      var declarations = 0
      var lines = 1
      var (pipes, widest) = (0, 0)
      var previous: UInt8 = 0
      for byte in bytes {
        if previous == UInt8(ascii: "<"), byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?") {
          declarations += 1
        }
        if byte == UInt8(ascii: "\n") {
          lines += 1
          pipes = 0
        } else if byte == UInt8(ascii: "|") {
          pipes += 1
          widest = max(widest, pipes)
        }
        previous = byte
      }
      let wide = widest > 100 && widest * max(lines, widest / 10) > 400_000
      return declarations * bytes.count > 50_000_000 || wide
    }
  }

  /// Calls `visit` for every node on the way in and, for nodes with children, on the way out.
  /// Iterative: depth costs no stack.
  func walk(_ visit: (Node, _ entering: Bool) -> Void) {
    guard let iterator = cmark_iter_new(root) else { return }
    defer { cmark_iter_free(iterator) }
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { return }
      guard let pointer = cmark_iter_get_node(iterator) else { continue }
      visit(Node(pointer: pointer), event == CMARK_EVENT_ENTER)
    }
  }
}

/// One node of a `Tree`; valid as long as the tree.
struct Node {
  let pointer: OpaquePointer

  enum Kind {
    case document, quote, list, item, codeBlock, htmlBlock, paragraph, heading, rule
    case table, tableHeader, tableRow, tableCell
    case text, softBreak, lineBreak, code, htmlInline, emphasis, strong, strikethrough, link, image
    case other
  }

  var kind: Kind {
    switch cmark_node_get_type(pointer) {
    case CMARK_NODE_TEXT: .text
    case CMARK_NODE_SOFTBREAK: .softBreak
    case CMARK_NODE_LINEBREAK: .lineBreak
    case CMARK_NODE_CODE: .code
    case CMARK_NODE_HTML_INLINE: .htmlInline
    case CMARK_NODE_EMPH: .emphasis
    case CMARK_NODE_STRONG: .strong
    case CMARK_NODE_LINK: .link
    case CMARK_NODE_IMAGE: .image
    case CMARK_NODE_DOCUMENT: .document
    case CMARK_NODE_BLOCK_QUOTE: .quote
    case CMARK_NODE_LIST: .list
    case CMARK_NODE_ITEM: .item
    case CMARK_NODE_CODE_BLOCK: .codeBlock
    case CMARK_NODE_HTML_BLOCK: .htmlBlock
    case CMARK_NODE_PARAGRAPH: .paragraph
    case CMARK_NODE_HEADING: .heading
    case CMARK_NODE_THEMATIC_BREAK: .rule
    default: extensionKind
    }
  }

  /// Nodes of extensions have types that are numbered when the extensions are registered.
  private var extensionKind: Kind {
    switch cmark_node_get_type_string(pointer).map({ String(cString: $0) }) {
    case "table": .table
    case "table_header": .tableHeader
    case "table_row": .tableRow
    case "table_cell": .tableCell
    case "strikethrough": .strikethrough
    default: .other
    }
  }

  /// The text of text, code and raw HTML.
  var literal: String { cmark_node_get_literal(pointer).map { String(cString: $0) } ?? "" }
  var url: String { cmark_node_get_url(pointer).map { String(cString: $0) } ?? "" }
  var title: String { cmark_node_get_title(pointer).map { String(cString: $0) } ?? "" }
  /// A code block's info string.
  var info: String { cmark_node_get_fence_info(pointer).map { String(cString: $0) } ?? "" }
  var headingLevel: Int { Int(cmark_node_get_heading_level(pointer)) }
  var isOrdered: Bool { cmark_node_get_list_type(pointer) == CMARK_ORDERED_LIST }
  var listStart: Int { Int(cmark_node_get_list_start(pointer)) }
  var parent: Node? { cmark_node_parent(pointer).map(Node.init) }
  var isFirst: Bool { cmark_node_previous(pointer) == nil }
  var isLast: Bool { cmark_node_next(pointer) == nil }

  /// A paragraph that is shown without a paragraph's space, in a tight list.
  var isInTightList: Bool {
    guard let list = parent?.parent, list.kind == .list else { return false }
    return list.isTightList
  }

  /// A list whose items are shown without space between them.
  var isTightList: Bool { cmark_node_get_list_tight(pointer) != 0 }

  /// For the item of a task list: whether it is done; else nil.
  var isDone: Bool? {
    guard let name = cmark_node_get_type_string(pointer), String(cString: name) == "tasklist" else {
      return nil
    }
    return cmark_gfm_extensions_get_tasklist_item_checked(pointer)
  }

  /// "l", "c", "r" or 0 for each column of a table.
  var alignments: [UInt8] {
    let count = Int(cmark_gfm_extensions_get_table_columns(pointer))
    guard count > 0, let values = cmark_gfm_extensions_get_table_alignments(pointer) else {
      return []
    }
    return (0..<count).map { values[$0] }
  }
}
