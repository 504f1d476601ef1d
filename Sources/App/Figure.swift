import Markup

/// A picture, and the same as a table.
struct Figure {
  let chart: HTML
  /// What its colours mean.
  var legend: HTML = ""
  /// What the rows are: "Week from".
  let rowHead: String
  let head: [String]
  let rows: [(name: String, cells: [String])]

  var html: HTML {
    let columns: [HTML] = head.map { "<th scope=\"col\" class=\"right\">\($0)</th>" }
    let lines: [HTML] = rows.map { row in
      let cells: [HTML] = row.cells.map { "<td class=\"right\">\($0)</td>" }
      return "<tr><th scope=\"row\" class=\"nowrap\">\(row.name)</th>\(cells)</tr>\n"
    }
    return """
      <figure>\(chart)<figcaption>\(legend)</figcaption></figure>
      <details><summary>The same as a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="\(rowHead)"><table><thead><tr><th scope="col">\(rowHead)</th>\(columns)</tr></thead>
      <tbody>
      \(lines)</tbody></table></div></details>
      """
  }

  /// Rows for a terminal, the first being the head.
  static func columns(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// "3", "2½": a count in which a part is a half.
  static func half(_ number: Double) -> String {
    let whole = Int(number)
    return number == Double(whole) ? "\(whole)" : whole == 0 ? "½" : "\(whole)½"
  }
}
