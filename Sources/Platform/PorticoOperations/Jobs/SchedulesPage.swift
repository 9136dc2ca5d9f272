import PorticoJobs
import PorticoPages

/// `/ops/schedules`: what comes by the clock.
struct SchedulesPage: ConsolePage {
    var frame: ConsoleFrame
    var schedules: [ScheduleStanding]

    var title: String { "Schedules" }
    var part: ConsolePart { .schedules }

    var content: HTML {
        """
        \(PageHeading("Schedules", subtitle: "What comes by the clock, once on all nodes together."))\
        \(list)
        """
    }

    private var list: HTML {
        guard !schedules.isEmpty else {
            return EmptyState(
                "No schedule yet", detail: "Schedules appear when a node of the application has started.",
                icon: .calendar
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Schedule"), .init("When"), .init("Next"), .init("Last"), .init("State"), .init("Do", .actions),
        ]
        return DataTable(caption: "Schedules", columns: columns, rows: schedules.map(line)).framed
    }

    private func line(_ schedule: ScheduleStanding) -> DataTable.Row {
        let path = "/schedules/\(PageAddress.encode(schedule.name))"
        let run = frame.form("\(path)/run", Button("Run now", weight: .quiet, spoken: "Run \(schedule.name) now"))
        let hold =
            schedule.isPaused
            ? frame.form("\(path)/resume", Button("Let go", weight: .quiet, spoken: "Let \(schedule.name) go"))
            : frame.form("\(path)/pause", Button("Hold", weight: .quiet, spoken: "Hold \(schedule.name)"))
        return DataTable.Row([
            "<a class=\"code\" href=\"\(frame.address(path))\">\(schedule.name)</a>",
            "<span class=\"code nowrap\">\(schedule.cron)</span> <span class=\"soft\">\(schedule.zone)</span>",
            schedule.isPaused ? "–" : schedule.nextAt.map { frame.time($0) } ?? "never",
            schedule.lastAt.map { frame.time($0) } ?? "never", "\(badge(schedule))\(changed(schedule))",
            "\(run)\(hold)",
        ])
    }

    private func changed(_ schedule: ScheduleStanding) -> HTML? {
        guard schedule.editedAt != nil else { return nil }
        return " \(Badge("Changed", tone: schedule.isOverridingNews ? .warn : .info, icon: .settings))"
    }

    private func badge(_ schedule: ScheduleStanding) -> Badge {
        if schedule.askedAt != nil { return Badge("About to run", tone: .info, icon: .clock) }
        return schedule.isPaused ? Badge("Held", tone: .warn, icon: .stop) : Badge("On", tone: .good, icon: .check)
    }
}
