import Portico

/// `GET /bags/scans`: what was scanned, newest first, with Undo where it is allowed.
///
/// Filters in the query: `mine` (`true`, or `false` for everybody's), `kind`, `outcome`, `undone` and `late` (`true` for
/// those that were undone, and that came more than a minute late), `code`, `parent_code`, `from` and `to` (days in the warehouse's time), `cursor`. Undo: POST `/bags/scans/{id}/undo` with `_csrf`,
/// `idempotency_key`, `reason` (optional) and `next`, the page to return to.
struct HistoryPage: BagPage {
    /// What the list is narrowed to, as it came in the query.
    struct Filter: Sendable {
        var mine = true
        var kind = ""
        var outcome = ""
        var undone = false
        var late = false
        var code = ""
        var parentCode = ""
        var from = ""
        var to = ""

        var isNarrowed: Bool {
            undone || late || ![kind, outcome, code, parentCode, from, to].allSatisfy(\.isEmpty)
        }

        var address: PageAddress {
            PageAddress(
                "/bags/scans",
                [
                    "mine": mine ? nil : "false", "kind": kind, "outcome": outcome,
                    "undone": undone ? "true" : nil, "late": late ? "true" : nil, "code": code,
                    "parent_code": parentCode, "from": from, "to": to,
                ])
        }
    }

    var frame: BagFrame
    var filter = Filter()
    /// What is wrong with the filter.
    var messages: [FieldMessage] = []
    var scans: [ScanLine]
    /// The cursor the page was asked with.
    var cursor: String?
    /// The cursor of the page after this one.
    var nextCursor: String?

    var title: String { "History" }
    var place: BagSection? { .history }

    var content: HTML {
        """
        \(PageHeading("History", subtitle: "Every reading stays here, undone ones too. Times in \(frame.zone.name)."))
        \(TabBar(label: "Whose scans", tabs: tabs))
        \(ErrorSummary(messages))\(filters)\(list)
        \(CursorPager(address: filter.address, cursor: cursor, next: nextCursor))
        """
    }

    private var tabs: [TabBar.Tab] {
        var everybody = filter
        everybody.mine = false
        var own = filter
        own.mine = true
        return [
            TabBar.Tab("My scans", href: own.address.text, isCurrent: filter.mine),
            TabBar.Tab(
                frame.area == nil ? "All scans" : "Everybody in \(frame.area ?? "")", href: everybody.address.text,
                isCurrent: !filter.mine),
        ]
    }

    private var filters: FilterBar {
        let field = FilterFields(messages: messages)
        let kinds = [
            Choice("child", "Bag into sack"), Choice("parent", "Sack"), Choice("bill", "Sack onto bill"),
            Choice("gate", "Sack at the gate"), Choice("return", "Sack that came back"),
        ]
        let whose: HTML? = filter.mine ? nil : "<input type=\"hidden\" name=\"mine\" value=\"false\">"
        var clear = Filter()
        clear.mine = filter.mine
        return FilterBar(
            action: "/bags/scans",
            fields: """
                \(whose)\(field.choice("outcome", "Outcome", filter.outcome, BagWords.outcomes))\
                \(field.choice("kind", "Kind", filter.kind, kinds))\
                \(field.choice("undone", "Undone", filter.undone ? "true" : "", [Choice("true", "Undone ones")]))\
                \(field.choice("late", "Late", filter.late ? "true" : "", [Choice("true", "Came late")]))\
                \(field.code("code", "Code", filter.code, maxLength: 200))\
                \(field.code("parent_code", "Sack", filter.parentCode, maxLength: 40))\
                \(field.day("from", "From", filter.from))\(field.day("to", "To", filter.to))
                """,
            clear: filter.isNarrowed ? clear.address.text : nil)
    }

    private var list: HTML {
        guard !scans.isEmpty else {
            let clear = filter.isNarrowed ? [Button("Clear filters", href: "/bags/scans", icon: .cross)] : []
            let scan =
                !filter.isNarrowed && frame.may("scan.pack")
                ? [Button("Start scanning", href: "/bags/scan", weight: .primary, icon: .scan)] : []
            return EmptyState(
                filter.isNarrowed ? "Nothing found" : "Nothing scanned today", icon: .history, actions: clear + scan
            ).html
        }
        let columns: [DataTable.Column] =
            [.init("Code", .code), .init("Outcome"), .init("Sack", .code)]
            + (tellsArea ? [.init("Where")] : []) + (filter.mine ? [] : [.init("By")])
            + [.init("Scanned"), .init("Undo", .actions)]
        let next = filter.address.setting("cursor", cursor).text
        let table = DataTable(caption: "Scans, newest first", columns: columns, rows: scans.map { row($0, next: next) })
        return table.framed
    }

    private func row(_ scan: ScanLine, next: String) -> DataTable.Row {
        let code: HTML = scan.hasPage ? CodeLink(scan.code).html : "<span class=\"code\">\(scan.code)</span>"
        let remark = scan.remark(frame).map { " <span class=\"note\">\($0)</span>" as HTML }
        let sack: HTML = scan.parentCode.map { "\(CodeLink($0)) \(fill(scan))" } ?? .empty
        let cells: [HTML] =
            [code, "<span class=\"keep\">\(scan.badge)\(remark)</span>", sack]
            + (tellsArea ? ["\(scan.area)"] : []) + (filter.mine ? [] : ["\(scan.user)"])
            + [frame.time(scan.scannedAt).html, scan.undoForm(frame, next: next) ?? .empty]
        return DataTable.Row(cells, isStruck: scan.undone != nil, id: "scan-\(scan.id)")
    }

    /// Whether the area is told: people of one area see no other.
    private var tellsArea: Bool { frame.area == nil }

    private func fill(_ scan: ScanLine) -> HTML? {
        guard let count = scan.countAfter, let capacity = scan.capacity else { return nil }
        return "<span class=\"note\">\(count) of \(capacity)</span>"
    }
}
