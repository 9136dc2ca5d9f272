import Portico

/// `GET /bags/gate`: the lorries at the gate, those that are being checked first, then those that wait, newest first. In the
/// query: `cursor`.
struct GateListPage: BagPage {
    var frame: BagFrame
    /// Bills whose check is running; all of them, on the first page.
    var running: [BillAnswer]
    /// Bills that are completed and wait for their check.
    var waiting: [BillAnswer]
    var areaNames: [String: String]
    var cursor: String?
    var nextCursor: String?

    var title: String { "Gate" }
    var place: BagSection? { .gate }
    var styles: [String] { ["bags/station.css"] }
    var pageClass: StaticString { "gate-page" }
    var manifest: String? { InstalledStation.gate.address }

    var content: HTML {
        """
        \(PageHeading("Gate", subtitle: "\(frame.area ?? "All areas"), lorries that wait"))\(list)\
        \(CursorPager(address: PageAddress("/bags/gate"), cursor: cursor, next: nextCursor))
        """
    }

    private var list: HTML {
        guard !running.isEmpty || !waiting.isEmpty else {
            return EmptyState(
                "No lorry waits", detail: "A bill comes here when the office completes it.", icon: .truck,
                actions: [Button("All bills", href: "/bags/bills", icon: .list)]
            ).html
        }
        return "<ul class=\"lorries\">\((running + waiting).map(line))</ul>"
    }

    private func line(_ row: BillAnswer) -> HTML {
        let bill = row.bill
        let progress = row.check?.state == .running ? row.check?.progress : nil
        let count: HTML =
            progress.map { "\($0.seenCount) of \($0.expectedCount) seen" }
            ?? "\(BagWords.count(bill.totals.linkedCount, "sack", "sacks"))"
        let findings = (progress?.openFindings ?? 0) > 0 ? Badge("Foreign sacks", tone: .bad, icon: .warning) : nil
        let consignee = [bill.header.consignee, bill.header.destination].compactMap(\.self).joined(separator: ", ")
        return """
            <li class="panel"><div><h2><a href="\(BillPage.address(bill.id))/gate">\(bill.code)</a></h2>\
            <p>\(BagWords.billState(bill.state.rawValue)) \(findings)</p>\
            <p class="soft">\(consignee.isEmpty ? areaNames[bill.areaCode] ?? bill.areaCode : consignee)</p></div>\
            <p class="lorry-count">\(count)</p></li>
            """
    }
}
