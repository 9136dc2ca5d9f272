import Portico

@testable import BagTracking

/// What the tests of the pages have in common: a moment, people, and pages with a little in them.
enum PageSamples {
    static let now = Instant(milliseconds: 1_795_250_533_000)
    static let packing: Set<String> = ["scan.pack", "scan.undo_own", "bag.read", "stats.read"]
    static let everything = packing.union([
        "scan.undo_any", "bag.correct", "bag.hold", "bag.retire", "bag.restore", "trace.read", "user.manage",
        "config.manage",
        "audit.read",
    ])
    static let hostile = "<script>alert('1')</script>\"&"

    static func frame(_ permissions: Set<String> = everything, area: String? = nil) -> BagFrame {
        BagFrame(
            person: "Ramesh \(hostile)", role: area == nil ? "admin" : "dispatcher", area: area,
            permissions: permissions,
            csrfToken: "csrf-1", formKey: "key-1", assets: AssetLinks { "/assets/\($0)" }, nonce: "nonce-1", now: now)
    }

    static func scan(_ outcome: String = "linked", undoable: Bool = true, undone: ScanLine.Undone? = nil) -> ScanLine {
        ScanLine(
            id: outcome == "linked" ? "91" : "92", scannedAt: now, outcome: outcome,
            rejectCode: outcome == "rejected" ? "linked_elsewhere" : nil,
            code: hostile, hasPage: false, parentCode: "SB00012", countAfter: 18, capacity: 30, area: "Lucknow",
            user: "Asha",
            undoableUntil: undoable ? now + .minutes(59) : nil, undone: undone)
    }

    static func sack(_ permissions: Set<String> = everything) -> BagDetailPage {
        BagDetailPage(
            frame: frame(permissions), code: "SB00012", kind: "parent", status: "filling", area: "Lucknow",
            product: "Mustard",
            childCount: 3, capacity: 30, weightGrams: 3000, expectedWeightGrams: 30_000, createdAt: now, updatedAt: now,
            children: [.init(code: "2586401", lot: hostile, linkedAt: now, linkedBy: "Asha")],
            steps: [.init(at: now, what: "linked", parentCode: "SB00012", user: "Asha")])
    }

    static func bag(_ permissions: Set<String> = everything) -> BagDetailPage {
        BagDetailPage(
            frame: frame(permissions), code: "2586401", kind: "child", status: "linked", area: "Lucknow", lot: "MUS/1",
            parentCode: "SB00012", createdAt: now, updatedAt: now, steps: [])
    }

    static func station(_ sack: StationPage.Sack? = nil) -> StationPage {
        StationPage(
            frame: frame(packing, area: "Lucknow"), userID: "7", sack: sack, clientScanID: "scan-id-1",
            recent: [scan()],
            products: [.init(code: "mustard", name: hostile, prefix: "SB", digits: 5, capacity: 30)])
    }

    /// One of every page.
    static var pages: [any BagPage] { floorPages + officePages }

    /// One of every page of sacks, scans and people.
    private static var floorPages: [any BagPage] {
        [
            DashboardPage(
                frame: frame(), asOf: now, isNew: true, today: .failed,
                stock: .ready(.init(empty: 1, filling: 2, full: 3, linked: 4, loose: 5, retired: 6)),
                latest: .ready([scan()]),
                watch: .ready(
                    Watchfulness(
                        openFindings: 1, lateDevices: 2,
                        lastImport: .init(
                            jobID: 7, kind: .packing, isDryRun: true, at: now, state: .failed, failure: hostile))),
                topics: ["stats", "area:lucknow"]),
            station(), HistoryPage(frame: frame(), scans: [scan(), scan("rejected")], nextCursor: hostile),
            FindPage(frame: frame(), code: hostile, result: .unknown(suggestions: [hostile])),
            FindPage(frame: frame(), result: .invalid(hostile)),
            FindPage(
                frame: frame(), showsLots: true, lot: hostile,
                trace: .init(
                    lot: hostile, children: 1, loose: 1, sacks: [.init(code: "SB1", count: 1)], bills: [], returns: [])),
            BagListPage(frame: frame(), filter: .init(q: hostile), rows: [], products: []), sack(), bag(),
            UsersPage(
                frame: frame(),
                rows: [
                    .init(
                        id: "1", email: hostile, name: hostile, role: hostile, area: nil, isActive: true,
                        lastSeenAt: nil)
                ]),
            UserFormPage(frame: frame(), areas: [], form: FormState(messages: [FieldMessage("email", hostile)])),
            SettingsPage(frame: frame(), areas: [.init(code: "lucknow", name: hostile, isActive: true)], products: []),
            AuditPage(
                frame: frame(),
                rows: [
                    .init(
                        seq: 1, at: now, actor: nil, action: "bag.moved", entityType: "bag", entityID: hostile,
                        changes: [.init(member: hostile, before: hostile, after: nil)])
                ]),
        ]
    }
}
