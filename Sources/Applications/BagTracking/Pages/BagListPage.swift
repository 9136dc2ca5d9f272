import Portico

/// `GET /bags/bags`: sacks and bags, newest first.
///
/// Filters in the query, as in the API: `kind`, `area_code`, `product_type`, `status`, `billed`, `hold`, `lot`, `q`,
/// `created_from`, `created_to`, `cursor`.
struct BagListPage: BagPage {
    /// What the list is narrowed to, as it came in the query.
    struct Filter: Sendable {
        var kind = ""
        var areaCode = ""
        var productType = ""
        var status = ""
        var billed = ""
        var hold = ""
        var lot = ""
        var q = ""
        var createdFrom = ""
        var createdTo = ""

        var address: PageAddress {
            PageAddress(
                "/bags/bags",
                [
                    "kind": kind, "area_code": areaCode, "product_type": productType, "status": status,
                    "billed": billed,
                    "hold": hold, "lot": lot, "q": q, "created_from": createdFrom, "created_to": createdTo,
                ])
        }

        var isNarrowed: Bool { !address.query.isEmpty }
    }

    /// One sack or bag.
    struct Row: Sendable {
        var code: String
        var kind: String
        var status: String
        var area: String
        var product: String?
        var childCount: Int?
        var capacity: Int?
        var parentCode: String?
        /// The bill that it, or its sack, is on.
        var bill: (id: Int64, code: String)?
        var lot: String?
        var isOnHold = false
        var updatedAt: Instant
    }

    var frame: BagFrame
    var filter = Filter()
    var messages: [FieldMessage] = []
    var rows: [Row]
    /// The areas to choose from; empty for people of one area.
    var areas: [Choice] = []
    var products: [Choice]
    var cursor: String?
    var nextCursor: String?

    var title: String { "Sacks and bags" }
    var place: BagSection? { .bags }

    var content: HTML {
        """
        \(PageHeading("Sacks and bags", subtitle: "\(frame.area ?? "All areas"), newest first"))
        \(ErrorSummary(messages))\(filters)\(list)
        \(CursorPager(address: filter.address, cursor: cursor, next: nextCursor))
        """
    }

    private var filters: FilterBar {
        let field = FilterFields(messages: messages)
        let area = areas.isEmpty ? nil : field.choice("area_code", "Area", filter.areaCode, areas)
        let yesNo = [Choice("true", "Yes"), Choice("false", "No")]
        let kinds = [Choice("parent", "Sacks"), Choice("child", "Bags")]
        return FilterBar(
            action: "/bags/bags",
            fields: """
                \(field.code("q", "Code begins with", filter.q, maxLength: 40, hint: "*6586 finds the ending"))\
                \(field.choice("kind", "Kind", filter.kind, kinds))\
                \(field.choice("status", "Status", filter.status, BagWords.statuses))\(area)\
                \(field.choice("product_type", "Product", filter.productType, products))\
                \(field.choice("billed", "On a bill", filter.billed, yesNo))\
                \(field.choice("hold", "On hold", filter.hold, yesNo))\
                \(field.code("lot", "Lot", filter.lot, maxLength: 40))\
                \(field.day("created_from", "First seen from", filter.createdFrom))\
                \(field.day("created_to", "First seen to", filter.createdTo))
                """,
            clear: filter.isNarrowed ? "/bags/bags" : nil)
    }

    private var list: HTML {
        guard !rows.isEmpty else {
            return filter.isNarrowed
                ? EmptyState(
                    "Nothing matches these filters", icon: .find,
                    actions: [Button("Clear filters", href: "/bags/bags", icon: .cross)]
                ).html
                : EmptyState("No sacks yet", detail: "A sack exists from its first scan on.", icon: .sack).html
        }
        let columns: [DataTable.Column] =
            [
                .init("Code", .code), .init("Status"), .init("Contents", .number), .init("Product or lot"),
                .init("Sack or bill", .code),
            ] + (tellsArea ? [.init("Area")] : []) + [.init("Changed")]
        let table = DataTable(caption: "Sacks and bags", columns: columns, rows: rows.map(line))
        return table.framed
    }

    /// Whether the area is told: people of one area see no other.
    private var tellsArea: Bool { !areas.isEmpty }

    private func line(_ row: Row) -> DataTable.Row {
        let hold = row.isOnHold ? Badge("On hold", tone: .warn, icon: .hand) : nil
        let fill: HTML = row.childCount.flatMap { count in row.capacity.map { "\(count) of \($0)" } } ?? .empty
        let bill: HTML? = row.bill.map { BillLink(id: $0.id, code: $0.code).html }
        let outside: HTML = row.parentCode.map { CodeLink($0).html } ?? bill ?? .empty
        let cells: [HTML] = [
            CodeLink(row.code).html, "<span>\(BagWords.status(row.status)) \(hold)</span>", fill,
            "\(row.product ?? row.lot)", outside,
        ]
        let area: [HTML] = tellsArea ? ["\(row.area)"] : []
        return DataTable.Row(cells + area + [frame.time(row.updatedAt).html])
    }
}
