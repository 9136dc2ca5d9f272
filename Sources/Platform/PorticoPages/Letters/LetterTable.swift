/// A small table in a letter. In plain text each row is a line: its first cell, and after a colon the others, each with
/// the head of its column.
public struct LetterTable: Sendable, Hashable {
    /// What it shows; nil where that is clear.
    public var title: LetterText?
    /// What stands above the columns; empty for none.
    public var heads: [LetterText]
    /// Its cells, row by row. The first of a row names it.
    public var rows: [[LetterText]]

    /// A table.
    public init(_ title: LetterText? = nil, heads: [LetterText] = [], rows: [[LetterText]]) {
        self.title = title
        self.heads = heads
        self.rows = rows
    }

    var text: String {
        var lines = rows.map { line($0) }
        if let title { lines.insert(title.plain, at: 0) }
        return lines.joined(separator: "\n")
    }

    private func line(_ row: [LetterText]) -> String {
        guard let first = row.first else { return "" }
        let others = row.enumerated().dropFirst().map { column, cell in
            column < heads.count ? "\(heads[column].plain) \(cell.plain)" : cell.plain
        }
        return others.isEmpty ? first.plain : "\(first.plain): \(others.joined(separator: ", "))"
    }

    var html: HTML {
        let title: HTML? = title.map { "<h2>\($0.html)</h2>" }
        let head: HTML? =
            heads.isEmpty ? nil : "<tr>\(heads.map { "<th scope=\"col\">\($0.html)</th>" as HTML })</tr>"
        let lines = rows.map { row -> HTML in
            let cells = row.enumerated().map { column, cell -> HTML in
                column == 0 ? "<th scope=\"row\">\(cell.html)</th>" : "<td>\(cell.html)</td>"
            }
            return "<tr>\(cells)</tr>"
        }
        return "\(title)<table>\(head)\(lines)</table>"
    }
}
