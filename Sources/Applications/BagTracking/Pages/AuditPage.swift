import Portico

/// `GET /bags/audit`: who changed what, newest first, and whether the chain is whole.
///
/// Filters in the query, as in the API: `entity_type`, `entity_id`, `actor_id`, `action`, `from`, `to`, `cursor`.
/// The state of the chain is that of the last check; `verify=1` recomputes the whole chain before the page is made.
struct AuditPage: BagPage {
    /// What the list is narrowed to, as it came in the query.
    struct Filter: Sendable {
        var entityType = ""
        var entityID = ""
        var actorID = ""
        var action = ""
        var from = ""
        var to = ""

        var address: PageAddress {
            PageAddress(
                "/bags/audit",
                [
                    "entity_type": entityType, "entity_id": entityID, "actor_id": actorID, "action": action,
                    "from": from,
                    "to": to,
                ])
        }
    }

    /// One member that changed, its values as text; nil where there was or is none.
    struct Change: Sendable {
        var member: String
        var before: String?
        var after: String?
    }

    /// One row of the audit.
    struct Row: Sendable {
        var seq: Int64
        var at: Instant
        var actor: String?
        var action: String
        var entityType: String
        var entityID: String
        var changes: [Change]
        var requestID: String?
        var ip: String?
        /// Nil until the row is chained.
        var hash: String?
    }

    /// What the last check of the chain found.
    struct Chain: Sendable {
        var isWhole: Bool
        var rows: Int
        var chained: Int
        var firstBadSeq: Int64?
        var checkedAt: Instant
        /// Published checkpoints that the chain was compared with; nil where none are published.
        var checkpoints: Int?
        /// The first of them that does not hold, in words.
        var badCheckpoint: String?
    }

    var frame: BagFrame
    var filter = Filter()
    var messages: [FieldMessage] = []
    var rows: [Row]
    /// The people to choose from.
    var actors: [Choice] = []
    /// Nil until the first check.
    var chain: Chain?
    var cursor: String?
    var nextCursor: String?

    var title: String { "Audit" }
    var place: BagSection? { .audit }

    var content: HTML {
        """
        \(heading)
        \(chainState)\(ErrorSummary(messages))\(filters)\(list)
        \(CursorPager(address: filter.address, cursor: cursor, next: nextCursor))
        """
    }

    private var heading: PageHeading {
        let check = Button("Check the chain", href: filter.address.setting("verify", "1").text, icon: .shield)
        return PageHeading(
            "Audit", subtitle: "Every change, newest first. Times in \(frame.zone.name).", actions: [check])
    }

    private var chainState: HTML {
        guard let chain else {
            let notice = Notice(
                "The chain has not been checked yet", tone: .info, detail: "The server checks it every few minutes.")
            return "<div class=\"notices\">\(notice)</div>"
        }
        let compared: HTML? = chain.checkpoints.map { " checkpoints compared: \(GroupedNumber($0))," }
        let counts: HTML = """
            \(GroupedNumber(chain.chained)) of \(GroupedNumber(chain.rows)) rows chained,\(compared) \
            checked \(frame.time(chain.checkedAt)).
            """
        let row: HTML? = chain.firstBadSeq.map { "The first bad row is \($0). " }
        let checkpoint: HTML? = chain.badCheckpoint.map { "The first bad checkpoint is \($0). " }
        let broken: HTML = """
            \(row)\(checkpoint)Somebody changed or deleted stored rows. Tell the operator at once. \(counts)
            """
        let notice =
            chain.isWhole
            ? Notice("The chain is whole", tone: .good, detail: counts)
            : Notice("The chain is broken", tone: .bad, detail: broken)
        return "<div class=\"notices\">\(notice)</div>"
    }

    private var filters: FilterBar {
        let field = FilterFields(messages: messages)
        let kinds = entityTypes.map { Choice($0, $0.replacing("_", with: " ")) }
        return FilterBar(
            action: "/bags/audit",
            fields: """
                \(field.choice("entity_type", "Kind", filter.entityType, kinds))\
                \(field.code("entity_id", "Code or id", filter.entityID, maxLength: 200))\
                \(field.choice("actor_id", "By", filter.actorID, actors))\
                \(field.code("action", "Action", filter.action, maxLength: 40))\
                \(field.day("from", "From", filter.from))\(field.day("to", "To", filter.to))
                """,
            clear: filter.address.query.isEmpty ? nil : "/bags/audit")
    }

    private var list: HTML {
        guard !rows.isEmpty else { return EmptyState("No such rows", icon: .shield).html }
        let columns: [DataTable.Column] = [
            .init("Row", .number), .init("When"), .init("Who"), .init("What"), .init("Changes"),
            .init("Request", .code),
        ]
        let table = DataTable(caption: "Audit rows", columns: columns, rows: rows.map(line))
        return table.framed
    }

    private func line(_ row: Row) -> DataTable.Row {
        let chained = row.hash == nil ? Badge("Not chained yet", tone: .warn, icon: .clock) : nil
        let entity: HTML =
            row.entityType == "bag" ? CodeLink(row.entityID).html : "<span class=\"code\">\(row.entityID)</span>"
        let origin: HTML = "<span class=\"note epc\">\(row.requestID)</span> <span class=\"note\">\(row.ip)</span>"
        return DataTable.Row(
            [
                "\(row.seq)", frame.time(row.at).html, "\(row.actor ?? "System")",
                "<span><strong>\(row.action)</strong> \(entity) \(chained)</span>", diff(row.changes), origin,
            ], id: "row-\(row.seq)")
    }

    /// What changed. What a new thing does not have yet, such as the vehicle of a bill, is left out.
    private func diff(_ changes: [Change]) -> HTML {
        let told = changes.filter { !($0.before ?? "").isEmpty || !($0.after ?? "").isEmpty }
        guard !told.isEmpty else { return .empty }
        let lines = told.map { change -> HTML in
            let before: HTML? = change.before.map { "<del><span class=\"unseen\">before </span>\($0)</del>" }
            let after: HTML? = change.after.map { "<ins><span class=\"unseen\">after </span>\($0)</ins>" }
            let arrow: HTML? = before != nil && after != nil ? " <span aria-hidden=\"true\">→</span> " : nil
            return "<li>\(change.member): \(before)\(arrow)\(after)</li>"
        }
        return "<ul class=\"diff\">\(lines)</ul>"
    }
}

/// The parts of actions before the dot.
private let entityTypes = [
    "bag", "sscc", "scan", "bill", "gate", "return", "import", "export", "label", "summary", "user", "area",
    "product_type", "webhook", "access", "counters",
]
