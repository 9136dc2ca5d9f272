import Portico

/// What happened today, on the dashboard of everybody whose area it is.
enum TodayBlock: PageFragment {
    /// What happened since midnight in the warehouse's time.
    static func read(_ day: DashboardCopies.Day, in reading: Reading) throws -> DashboardPage.Today {
        DashboardPage.Today(try ActivityReader.hours(of: day.date, area: day.area, in: reading))
    }

    /// The numbers, and a chart once there is something in it.
    static func html(_ today: DashboardPage.Today, for day: DashboardCopies.Day) -> HTML {
        let hours = today.byHour.enumerated().map { BarChart.Bar("\($0)", $1) }
        let chart = BarChart(title: "Bags linked by hour of today", bars: hours, labelEvery: 3)
        let drawing: HTML? = today.linked > 0 ? "<p class=\"note\">\(busiest(today.byHour))</p>\(chart)" : nil
        return "<div class=\"tiles flat\">\(tiles(today, day.date))</div>\(drawing)"
    }

    /// What the bars are, and how much the highest of them stands for.
    static func busiest(_ byHour: [Int]) -> String {
        let most = byHour.max() ?? 0
        let hour = byHour.firstIndex(of: most) ?? 0
        return "Bags linked by the hour; most from \(hour) to \(hour + 1): \(GroupedNumber(most).text)"
    }

    private static func tiles(_ today: DashboardPage.Today, _ date: CalendarDate) -> [StatTile] {
        let list = PageAddress("/bags/scans", ["mine": "false", "kind": "child", "from": date.text])
        let share = today.rejected * 1000 / max(today.linked + today.rejected, 1)
        func tile(_ label: String, _ value: Int, _ outcome: String, _ icon: Icon, detail: String? = nil) -> StatTile {
            StatTile(
                label, value: value, href: list.setting("outcome", outcome).text, detail: detail, icon: icon,
                liveKey: "today.\(outcome)")
        }
        return [
            tile("Bags linked", today.linked, "linked", .check),
            tile("Already here", today.duplicate, "duplicate", .info),
            tile("Refused", today.rejected, "rejected", .stop, detail: "\(share / 10).\(share % 10) % of scans"),
            StatTile(
                "Undone", value: today.undone, href: list.setting("undone", "true").text, icon: .undo,
                liveKey: "today.undone"),
        ]
    }
}
