import Portico

/// `GET /bags/`: how the warehouse stands now. Tiles follow the live stream and lead to the lists behind them.
struct DashboardPage: BagPage {
    /// What happened since midnight in the warehouse's time.
    struct Today: Sendable {
        /// Accepted child scans that still stand.
        var linked: Int
        /// Scans that found the bag already there.
        var duplicate: Int
        /// Refused scans.
        var rejected: Int
        /// Undone scans.
        var undone: Int
        /// Accepted child scans by hour of the day, 24 values.
        var byHour: [Int]
    }

    /// Bags by state, as in the answer of `…/stats`.
    struct Stock: Sendable {
        var empty: Int
        var filling: Int
        var full: Int
        var linked: Int
        var loose: Int
        var retired: Int
    }

    /// How many bills are in a state.
    struct Bills: Sendable {
        var state: String
        var label: String
        var count: Int
        var tone: Tone
    }

    var frame: BagFrame
    /// When the numbers were read.
    var asOf: Instant
    /// The name of the area the numbers are of; nil for all areas.
    var areaName: String?
    /// The filter of the lists the tiles lead to.
    var areaCode: String?
    /// Nothing has been scanned on this system yet.
    var isNew = false
    /// What ``TodayBlock`` makes of the day.
    var today: PageBlock<HTML>
    var stock: PageBlock<Stock>
    /// The newest scans, at most 10.
    var latest: PageBlock<[ScanLine]>
    /// The others who are at work.
    var company: [PresentMember] = []
    /// Bills that are under way; empty before the first bill.
    var bills = PageBlock<[Bills]>.ready([])
    /// What somebody should look at.
    var watch: PageBlock<Watchfulness>
    /// The topics of the live stream, such as `stats` and `area:lucknow`.
    var topics: [String]

    var title: String { "Dashboard" }
    var place: BagSection? { .dashboard }
    var scripts: [String] { ["portico.js", "bags/dashboard.js"] }

    var content: HTML {
        """
        \(PageHeading("\(areaName ?? "All areas")", subtitle: subtitle, actions: actions))
        \(CompanyLine(people: company, doing: "at work too"))\(isNew ? firstSteps : nil)
        <div class="stack" id="live" \
        data-stream="\(PageAddress("/bags/api/v1/stream", ["topics": topics.joined(separator: ",")]).text)" \
        data-zone-minutes="\(frame.zone.minutes)" data-zone="\(frame.zone.name)">
        <div class="columns even">\(billsSection)\(watchSection)</div>
        <div class="columns"><div class="stack">\(todaySection)\(stockSection)</div>\(latestSection)</div>
        </div>
        """
    }

    private var subtitle: HTML {
        "As of \(frame.time(asOf)) · <span id=\"live-state\" role=\"status\">not live</span>"
    }

    private var actions: [Button] {
        if frame.may("scan.pack") {
            return [Button("Start scanning", href: "/bags/scan", weight: .primary, icon: .scan)]
        }
        return frame.may("gate.check")
            ? [Button("To the gate", href: "/bags/gate", weight: .primary, icon: .shield)] : []
    }

    /// What to do first; people see only the steps that are theirs.
    private var firstSteps: HTML {
        let steps: [(permission: String, line: HTML)] = [
            (
                "config.manage",
                "\(Icon.settings)<span><a href=\"/bags/settings\">Check areas and product types</a>.</span>"
            ),
            (
                "user.manage",
                "\(Icon.users)<span><a href=\"/bags/users/new\">Add the people</a> who pack and bill.</span>"
            ),
            ("scan.pack", "\(Icon.scan)<span><a href=\"/bags/scan\">Scan a first sack</a>, then its bags.</span>"),
        ]
        let own = steps.filter { frame.may($0.permission) }
        let title = own.count == steps.count ? "Three steps to begin" : "To begin"
        return """
            <section class="block first-steps"><h2>\(title)</h2><ol class="steps">\
            \(own.map { "<li>\($0.line)</li>" as HTML })</ol></section>
            """
    }

    private var billsSection: HTML? {
        if case .ready(let bills) = bills, bills.isEmpty { return nil }
        return bills.section("bills", title: "Bills", address: "/bags/") { bills in
            let tiles = bills.map { bills in
                StatTile(
                    bills.label, value: bills.count,
                    href: PageAddress("/bags/bills", ["state": bills.state, "area_code": areaCode]).text,
                    tone: bills.count > 0 ? bills.tone : .neutral, liveKey: "bills.\(bills.state)")
            }
            return "<div class=\"tiles flat\">\(tiles)</div>"
        }
    }

    private var watchSection: HTML {
        watch.section("watch", title: "To look after", address: "/bags/") { WatchTiles(frame: frame, watch: $0).html }
    }

    private var todaySection: HTML {
        today.section("today", title: "Today", address: "/bags/") { $0 }
    }

    private var stockSection: HTML {
        stock.section("stock", title: "Sacks and bags", address: "/bags/") { stock in
            let sacks = ShareBar([
                share("Full", stock.full, .good, .full, kind: "parent", status: "full", live: "bags.parents.full"),
                share(
                    "Filling", stock.filling, .info, .half, kind: "parent", status: "filling",
                    live: "bags.parents.filling"),
                share(
                    "Empty", stock.empty, .neutral, .ring, kind: "parent", status: "empty", live: "bags.parents.empty"),
            ])
            let bags = ShareBar([
                share(
                    "In a sack", stock.linked, .good, .link, kind: "child", status: "linked",
                    live: "bags.children.linked"),
                share(
                    "Loose", stock.loose, .warn, .linkOff, kind: "child", status: "loose", live: "bags.children.loose"),
            ])
            return """
                <div class="pair"><div><h3>Sacks</h3>\(sacks)</div><div><h3>Bags</h3>\(bags)</div></div>
                """
        }
    }

    private func share(
        _ label: String, _ value: Int, _ tone: Tone, _ icon: Icon, kind: String, status: String, live: String
    ) -> ShareBar.Part {
        let list = PageAddress("/bags/bags", ["kind": kind, "status": status, "area_code": areaCode])
        return ShareBar.Part(label, value, tone: tone, icon: icon, href: list.text, liveKey: live)
    }

    private var latestSection: HTML {
        latest.section("latest", title: "Latest scans", address: "/bags/", aside: "<a href=\"/bags/scans\">History</a>")
        { scans in
            let none = scans.isEmpty ? EmptyState("Nothing scanned yet", icon: .scan) : nil
            let lines = scans.map { scan -> HTML in
                let day: HTML? = frame.day(of: scan.scannedAt, asOf: asOf).map { " · \($0)" }
                return """
                    <li>\(scan.badge)<span class="code">\(scan.code)</span><span class="note">\
                    \(frame.time(scan.scannedAt, .time))</span>\
                    <span class="note who">\(scan.parentCode.map { "\($0) · " })\(scan.user)\(day)</span></li>
                    """
            }
            let badges = [
                "created", "found", "linked", "duplicate", "rejected", "undone", "added", "matched", "returned",
            ].map {
                "<span data-badge=\"\($0)\">\(BagWords.outcome($0))</span>" as HTML
            }
            return "<ol class=\"feed\" id=\"feed\">\(lines)</ol>\(none)<div id=\"feed-badges\" hidden>\(badges)</div>"
        }
    }
}
