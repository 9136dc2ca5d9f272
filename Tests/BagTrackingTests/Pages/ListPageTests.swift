import Portico
import Testing

@testable import BagTracking

@Suite struct ListPageTests {
    private let frame = PageSamples.frame()

    @Test("keeps the filter on the way to the next page and back")
    func cursors() {
        var page = BagListPage(
            frame: frame, filter: .init(kind: "parent", q: "SB"), rows: [], products: [], cursor: "c1", nextCursor: "c2"
        )
        let html = page.body.text
        #expect(html.contains("href=\"/bags/bags?kind=parent&amp;q=SB&amp;cursor=c2\""))
        #expect(html.contains("href=\"/bags/bags?kind=parent&amp;q=SB\""))
        page.filter = .init()
        page.cursor = nil
        page.nextCursor = nil
        #expect(!page.body.text.contains("class=\"pager\""))
    }

    @Test("offers to clear filters that find nothing, and to begin where nothing is")
    func empty() {
        let narrowed = BagListPage(frame: frame, filter: .init(q: "SB9"), rows: [], products: []).body.text
        #expect(narrowed.contains("Clear filters"))
        #expect(BagListPage(frame: frame, rows: [], products: []).body.text.contains("No sacks yet"))
        #expect(HistoryPage(frame: frame, scans: []).body.text.contains("Nothing scanned today"))
    }

    @Test("strikes an undone scan through and says who undid it")
    func undone() {
        let scan = PageSamples.scan(undone: .init(by: "Asha", at: PageSamples.now))
        let html = HistoryPage(frame: frame, scans: [scan]).body.text
        #expect(html.contains("class=\"struck\"") && html.contains("Undone by Asha at"))
    }

    @Test("a list leads to the sack or the bill that something is on, and names the area where there are several")
    func outside() {
        let rows = [
            BagListPage.Row(
                code: "SB00012", kind: "parent", status: "full", area: "Hisar", bill: (id: 12, code: "HIS 2026/9"),
                updatedAt: PageSamples.now),
            BagListPage.Row(
                code: "2586401", kind: "child", status: "linked", area: "Hisar", parentCode: "SB00012",
                updatedAt: PageSamples.now),
        ]
        let office = BagListPage(frame: frame, rows: rows, areas: [Choice("hisar", "Hisar")], products: []).body.text
        #expect(office.contains("href=\"/bags/bills/12\">HIS 2026/9</a>"))
        #expect(office.contains("data-label=\"Sack or bill\"><div><a class=\"code\" href=\"/bags/bags/SB00012\""))
        #expect(office.contains("data-label=\"Area\"><div>Hisar"))
        let table = BagListPage(frame: PageSamples.frame(area: "Hisar"), rows: rows, products: []).body.text
        #expect(table.contains("href=\"/bags/bills/12\"") && !table.contains("data-label=\"Area\""))
    }

    @Test("a history leads to the bill, and to the ticket those who take sacks back")
    func historyPlaces() {
        let steps = [
            FindPage.Step(
                at: PageSamples.now, what: "billed", billCode: "HIS 2026/9", billID: 12, ticketCode: "RTN-20261122-016F"
            )
        ]
        let line = HistoryLine(frame: PageSamples.frame(PageSamples.packing), steps: steps).html.text
        #expect(line.contains("<a href=\"/bags/bills/12\">HIS 2026/9</a>"))
        #expect(line.contains("· RTN-20261122-016F") && !line.contains("/bags/id/bt/"))
        let desk = HistoryLine(frame: PageSamples.frame(["return.write"]), steps: steps).html.text
        #expect(desk.contains("href=\"/bags/id/bt/RTN-20261122-016F\""))
    }

    @Test("an audit row leaves out what a new thing does not have")
    func unsaid() {
        let row = AuditPage.Row(
            seq: 1, at: PageSamples.now, action: "bill.created", entityType: "bill", entityID: "12",
            changes: [
                .init(member: "code", after: "HIS 2026/9"), .init(member: "vehicle_number"),
                .init(member: "notes", before: "wet", after: ""),
            ])
        let html = AuditPage(frame: frame, rows: [row]).body.text
        #expect(html.contains("<li>code: ") && !html.contains("<li>vehicle_number: "))
        #expect(html.contains("<li>notes: <del>"))
    }

    @Test("a file of which nothing could be taken does not stand in the list as done")
    func inVain() {
        func list(_ counts: ImportCounts) -> String {
            let row = ImportsPage.Row(
                id: 9, file: "a.csv", kind: "packing", isDryRun: false, state: "succeeded", counts: counts,
                person: "Suresh", at: PageSamples.now)
            return ImportsPage(frame: frame, rows: [row], areas: []).body.text
        }
        var counts = ImportCounts()
        #expect(list(counts).contains("Done"))
        counts.rejected = 2
        #expect(list(counts).contains("Nothing taken") && !list(counts).contains("Done"))
        counts.unchanged = 1
        #expect(list(counts).contains("Done"))
    }

    @Test("a day's scans of each outcome are compared with the day before")
    func change() {
        var (acts, before) = (DayActs(), DayActs())
        acts.scans = [.linked: 7, .rejected: 3]
        before.scans = [.linked: 62, .rejected: 3]
        let subject = SummarySubject(day: WarehouseDay(containing: PageSamples.now), scope: .all)
        let summary = DailySummary(subject: subject, isFinal: true, acts: acts, bills: [], names: [:])
        let html = SummaryPage(frame: frame, summary: summary, before: before, date: "2026-11-21").body.text
        #expect(html.contains("data-label=\"Change\"><div>−55</div>"))
        #expect(html.ranges(of: "data-label=\"Change\"><div>").count == 12)
    }

    @Test("says what the bars of the day are, and how much the highest stands for")
    func busiest() {
        var hours = Array(repeating: 0, count: 24)
        (hours[9], hours[14]) = (5, 1200)
        #expect(TodayBlock.busiest(hours) == "Bags linked by the hour; most from 14 to 15: 1,200")
    }

    @Test("the dashboard's first button is the work of the role")
    func firstButton() {
        func page(_ role: BagRole) -> String {
            DashboardPage(
                frame: PageSamples.frame(role.permissions), asOf: PageSamples.now, today: .failed, stock: .failed,
                latest: .failed, bills: .failed, watch: .failed, topics: []
            ).content.text
        }
        #expect(page(.dispatcher).contains("Start scanning") && !page(.dispatcher).contains("To the gate"))
        #expect(page(.gatekeeper).contains("To the gate") && !page(.gatekeeper).contains("Start scanning"))
    }

    @Test("suggests codes for one that is unknown")
    func suggestions() {
        let html = FindPage(frame: frame, code: "SB0O012", result: .unknown(suggestions: ["SB00012"])).body.text
        #expect(html.contains("href=\"/bags/find?code=SB00012\""))
    }

    @Test("finds a code with the camera, whose scripts and looks come when it is opened")
    func camera() {
        let html = FindPage(frame: frame).body.text
        #expect(html.contains("id=\"camera\" data-module=\"/assets/bags/camera.js\""))
        #expect(html.contains("<script") && html.contains("/assets/bags/find.js"))
        #expect(!html.contains("href=\"/assets/bags/station.css\""))
        let lots = FindPage(frame: frame, showsLots: true).body.text
        #expect(!lots.contains("id=\"camera\"") && !lots.contains("find.js"))
    }

    @Test("traces lots for those who may")
    func lots() {
        #expect(FindPage(frame: frame).body.text.contains("/bags/find?tab=lot"))
        #expect(!FindPage(frame: PageSamples.frame(PageSamples.packing)).body.text.contains("/bags/find?tab=lot"))
    }

    @Test("sends a new person to the list and an edited one to its own address")
    func users() {
        #expect(UserFormPage(frame: frame, areas: []).body.text.contains("action=\"/bags/users\""))
        let row = UsersPage.Row(
            id: "7", email: "a@b", name: "Asha", role: "biller", area: nil, isActive: true, lastSeenAt: nil)
        let edit = UserFormPage(frame: frame, user: row, areas: []).body.text
        #expect(edit.contains("action=\"/bags/users/7\"") && edit.contains("action=\"/bags/users/7/deactivate\""))
        #expect(edit.contains("<option value=\"biller\" selected>"))
        let own = UserFormPage(frame: frame, user: row, areas: [], isOwn: true).body.text
        #expect(!own.contains("/deactivate\""))
    }

    @Test("keeps the settings' forms apart when one comes back")
    func settings() {
        let page = SettingsPage(
            frame: frame, areas: [.init(code: "lucknow", name: "Lucknow", isActive: true)], products: [],
            openForm: "area-lucknow",
            form: FormState(values: ["name": ""], messages: [FieldMessage("name", "Enter a name.")]))
        let html = page.body.text
        #expect(html.contains("<a href=\"#area-lucknow-name\">Enter a name.</a>"))
        #expect(html.contains("action=\"/bags/settings/areas/lucknow\""))
        #expect(html.matches(of: /aria-invalid="true"/).count == 1)
    }

    @Test("shows a broken chain as an alert, a whole one as a note")
    func chain() {
        var page = AuditPage(frame: frame, rows: [])
        page.chain = .init(isWhole: false, rows: 9, chained: 9, firstBadSeq: 4, checkedAt: PageSamples.now)
        let html = page.body.text
        #expect(html.contains("The chain is broken") && html.contains("The first bad row is 4."))
        #expect(html.contains("notice tone-bad\" role=\"alert\""))
        page.chain = .init(isWhole: true, rows: 9, chained: 9, checkedAt: PageSamples.now)
        #expect(page.body.text.contains("The chain is whole"))
        page.chain = nil
        #expect(page.body.text.contains("The chain has not been checked yet"))
    }

    @Test("leads from today's numbers to the scans behind them")
    func dashboard() {
        let page = DashboardPage(
            frame: frame, asOf: PageSamples.now, areaCode: "lucknow",
            today: .ready(
                TodayBlock.html(
                    .init(linked: 90, duplicate: 1, rejected: 10, undone: 0, byHour: Array(repeating: 1, count: 24)),
                    for: .init(area: "lucknow", date: TimeZoneOffset.india.date(of: PageSamples.now)))),
            stock: .ready(.init(empty: 1, filling: 2, full: 3, linked: 4, loose: 5, retired: 6)), latest: .failed,
            bills: .failed, watch: .failed, topics: ["stats", "area:lucknow"])
        let html = page.body.text
        #expect(html.contains("data-stream=\"/bags/api/v1/stream?topics=stats%2Carea%3Alucknow\""))
        #expect(html.contains("/bags/scans?mine=false&amp;kind=child&amp;from=2026-11-21&amp;outcome=rejected"))
        #expect(html.contains("10.0 % of scans"))
        #expect(html.contains("/bags/bags?kind=parent&amp;status=full&amp;area_code=lucknow"))
        #expect(html.contains("data-live=\"bags.children.loose\">5<"))
        for block in ["latest", "bills", "watch"] { #expect(html.contains("data-retry=\"\(block)\"")) }
        #expect(!html.contains("Open findings"))
    }

    @Test("among the latest scans those of another day say of which")
    func dashboardInTheMorning() {
        let scan = PageSamples.scan()
        func page(at instant: Instant) -> String {
            DashboardPage(
                frame: frame, asOf: instant, today: .failed, stock: .failed, latest: .ready([scan]), bills: .failed,
                watch: .failed, topics: []
            ).body.text
        }
        let day = TimeText(scan.scannedAt, zone: .india, detail: .day).html.text
        #expect(!page(at: scan.scannedAt).contains(day))
        #expect(page(at: scan.scannedAt + .hours(24)).contains(" · \(day)"))
    }

    @Test("among the last scans of a station those of another day say of which")
    func stationInTheMorning() {
        let scan = PageSamples.scan()
        func list(at instant: Instant) -> String {
            var frame = frame
            frame.now = instant
            return RecentScans(frame: frame, scans: [scan], next: "/bags/scan").html.text
        }
        let day = TimeText(scan.scannedAt, zone: .india, detail: .day).html.text
        #expect(!list(at: scan.scannedAt).contains(day))
        #expect(list(at: scan.scannedAt + .hours(24)).contains("\(day), <time"))
    }
}
