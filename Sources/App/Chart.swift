import Glibc
import Markup

/// A small chart as SVG, made here: no script, and colours from the style sheet.
///
/// It repeats what the table behind it says, so readers of the table miss nothing.
struct Chart {
  /// A column: parts from the bottom up, each of a class of the style sheet.
  struct Column {
    let name: String
    let parts: [(value: Double, kind: Kind)]
  }

  /// A point with the interval around it, or a gap.
  struct Point {
    let name: String
    let value: (low: Double, middle: Double, high: Double)?
  }

  enum Kind: String { case good, bad, plain }

  private static let size = (width: 640.0, height: 180.0)
  private static let frame = (left: 72.0, right: 8.0, top: 10.0, bottom: 24.0)

  private static var plot: (width: Double, height: Double) {
    (size.width - frame.left - frame.right, size.height - frame.top - frame.bottom)
  }

  /// Columns of counts.
  static func columns(_ columns: [Column], label: String) -> HTML {
    let most = columns.map { $0.parts.reduce(0) { $0 + $1.value } }.max() ?? 0
    let top = niceTop(most)
    let slot = plot.width / Double(max(columns.count, 1))
    var bars: [HTML] = []
    for (index, column) in columns.enumerated() {
      var foot = 0.0
      for (value, kind) in column.parts where value > 0 {
        let height = value / top * plot.height
        let y = size.height - frame.bottom - foot - height
        bars.append(
          """
          <rect class="\(kind.rawValue)" x="\(coordinate(frame.left + Double(index) * slot + slot * 0.15))" \
          y="\(coordinate(y))" width="\(coordinate(slot * 0.7))" height="\(coordinate(height))"/>
          """)
        foot += height
      }
    }
    return svg(
      label: label, names: columns.map(\.name), lines: [(0, "0"), (1, written(top))], body: bars)
  }

  /// Shares from nothing to one, with intervals.
  static func shares(_ points: [Point], label: String) -> HTML {
    let slot = plot.width / Double(max(points.count, 1))
    func y(_ share: Double) -> String {
      coordinate(size.height - frame.bottom - share * plot.height)
    }
    var marks: [HTML] = []
    for (index, point) in points.enumerated() {
      guard let value = point.value else { continue }
      let x = coordinate(frame.left + (Double(index) + 0.5) * slot)
      marks.append(
        """
        <path class="span" d="M\(x) \(y(value.low))V\(y(value.high))"/>\
        <circle class="good" cx="\(x)" cy="\(y(value.middle))" r="4"/>
        """)
    }
    return svg(
      label: label, names: points.map(\.name),
      lines: [(0, "0 %"), (0.5, "50 %"), (1, "100 %")], body: marks)
  }

  private static func svg(
    label: String, names: [String], lines: [(share: Double, text: String)], body: [HTML]
  ) -> HTML {
    let rules: [HTML] = lines.map { line in
      let y = coordinate(size.height - frame.bottom - line.share * plot.height)
      return """
        <path class="rule" d="M\(coordinate(frame.left)) \(y)H\(coordinate(size.width - frame.right))"/>\
        <text x="\(coordinate(frame.left - 6))" y="\(y)" dy="4" text-anchor="end">\(line.text)</text>
        """
    }
    let first: HTML =
      names.first.map {
        "<text x=\"\(coordinate(frame.left))\" y=\"\(coordinate(size.height - 6))\">\($0)</text>"
      } ?? ""
    let last: HTML =
      names.count > 1
      ? """
      <text x="\(coordinate(size.width - frame.right))" y="\(coordinate(size.height - 6))" text-anchor="end">\(names.last!)</text>
      """ : ""
    return """
      <svg class="chart" viewBox="0 0 640 180" role="img" aria-label="\(label)">\
      \(rules)\(body)\(first)\(last)</svg>
      """
  }

  /// The next of 1, 2, 5, 10, 20 …
  static func niceTop(_ value: Double) -> Double {
    var step = 1.0
    while true {
      for factor in [1.0, 2, 5] where value <= factor * step { return factor * step }
      step *= 10
    }
  }

  private static func written(_ number: Double) -> String { String(Int(number)) }

  /// To a tenth, which is finer than a pixel.
  private static func coordinate(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
  }
}
