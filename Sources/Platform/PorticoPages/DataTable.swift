/// A table that becomes a stack of cards where it does not fit.
///
/// The roles are written out, because a browser forgets them when a style sheet turns rows into cards.
public struct DataTable: PageComponent {
    /// One column.
    public struct Column: Sendable {
        /// What the values are.
        public enum Kind: String, Sendable {
            case text, number, code, actions
        }

        /// The words at its head, and beside each value on a card.
        public var label: String
        /// What the values are.
        public var kind: Kind

        /// A column.
        public init(_ label: String, _ kind: Kind = .text) {
            self.label = label
            self.kind = kind
        }
    }

    /// One row.
    public struct Row: Sendable {
        /// The values, one for each column.
        public var cells: [HTML]
        /// Whether the row no longer counts: struck through.
        public var isStruck: Bool
        /// The id of the row, for links to it.
        public var id: String?

        /// A row.
        public init(_ cells: [HTML], isStruck: Bool = false, id: String? = nil) {
            self.cells = cells
            self.isStruck = isStruck
            self.id = id
        }
    }

    /// What becomes of the table where the window is too narrow for most tables.
    public enum Narrow: String, Sendable {
        /// A card for each row, each value beside the words of its column.
        case cards
        /// A line or two for each row, for values that say by themselves what they are.
        case lines
        /// Still a table, for a few short columns.
        case table
    }

    /// What the table holds, read out before it.
    public var caption: String
    /// The columns; the first names the row.
    public var columns: [Column]
    /// The rows.
    public var rows: [Row]
    /// Whether the caption is shown above the table or only read out.
    public var showsCaption: Bool
    /// What becomes of it in a narrow window.
    public var narrow: Narrow

    /// A table.
    public init(
        caption: String, columns: [Column], rows: [Row], showsCaption: Bool = false, narrow: Narrow = .cards
    ) {
        self.narrow = narrow
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.showsCaption = showsCaption
    }

    /// The table in a frame of its own, in which it is scrolled where it is wider than the window; with the keyboard too.
    public var framed: HTML {
        """
        <div class="table-frame" role="group" aria-label="\(caption)" tabindex="0">\(self)</div>
        """
    }

    /// The finished markup.
    public var html: HTML {
        let heads = columns.map { column -> HTML in
            let label: HTML =
                column.kind == .actions ? "<span class=\"unseen\">\(column.label)</span>" : "\(column.label)"
            return "<th scope=\"col\" role=\"columnheader\" class=\"\(column.kind.rawValue)\">\(label)</th>"
        }
        return """
            <table class="data\(narrowClass)" role="table"><caption\(showsCaption ? "" as HTML : " class=\"unseen\"")>\(caption)\
            </caption>
            <thead role="rowgroup"><tr role="row">\(heads)</tr></thead>
            <tbody role="rowgroup">\(rows.map(line))</tbody></table>
            """
    }

    private var narrowClass: HTML {
        switch narrow {
        case .cards: " cards"
        case .lines: " cards lines"
        case .table: .empty
        }
    }

    private func line(_ row: Row) -> HTML {
        let cells = zip(columns, row.cells).enumerated().map { index, pair -> HTML in
            let (column, cell) = pair
            if index == 0 {
                return "<th scope=\"row\" role=\"rowheader\" class=\"\(column.kind.rawValue)\">\(cell)</th>"
            }
            let blank: HTML = cell.isEmpty ? " blank" : .empty
            return """
                <td role="cell" class="\(column.kind.rawValue)\(blank)" data-label="\(column.label)"><div>\(cell)\
                </div></td>
                """
        }
        return """
            <tr role="row"\(HTML.attribute("id", row.id))\(row.isStruck ? " class=\"struck\"" as HTML : .empty)>\
            \(cells)</tr>

            """
    }
}

/// Terms with their values, side by side.
public struct DefinitionList: PageComponent {
    /// The terms with their values; nil values are left out.
    public var entries: [(term: String, value: HTML)]

    /// A list of the entries that have a value.
    public init(_ entries: KeyValuePairs<String, HTML?>) {
        self.entries = entries.compactMap { term, value in value.map { (term, $0) } }
    }

    /// The finished markup.
    public var html: HTML {
        "<dl class=\"facts\">\(entries.map { "<div><dt>\($0.term)</dt><dd>\($0.value)</dd></div>" as HTML })</dl>"
    }
}
