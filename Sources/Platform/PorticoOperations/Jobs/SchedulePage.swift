import PorticoJobs
import PorticoPages
import PorticoValues

/// `/ops/schedules/{name}`: when a schedule fires, what the program says of it, and the form that changes it.
struct SchedulePage: ConsolePage {
    var frame: ConsoleFrame
    var schedule: ScheduleStanding
    var form = FormState.fresh
    /// What was typed, where only its times are asked for.
    var wanted: ScheduleTerms?

    var title: String { "Schedule \(schedule.name)" }
    var part: ConsolePart { .schedules }

    private var path: String { "/schedules/\(PageAddress.encode(schedule.name))" }

    var content: HTML {
        """
        \(PageHeading(
            "\(schedule.name)\(badge)",
            back: ("Schedules", frame.address("/schedules"))))
        \(ErrorSummary(form.messages))\(overridden)<div class="stack">\
        <section class="block" aria-labelledby="times-title"><h2 id="times-title">When it fires</h2>\(times)</section>\
        \(change)</div>
        """
    }

    private var badge: HTML? {
        guard schedule.editedAt != nil else { return nil }
        return " \(Badge("Changed", tone: .info, icon: .settings))"
    }

    private var overridden: HTML? {
        guard let editedAt = schedule.editedAt else { return nil }
        let said = "The program says \(SchedulePage.words(schedule.declared))."
        let (title, tone): (String, Tone) =
            schedule.isOverridingNews
            ? ("The program says something else since, which this change overrides", .warn)
            : ("An operator changed it, which a deployment does not undo", .info)
        let notice = Notice(title, tone: tone, detail: "<p>Changed \(frame.time(editedAt)). \(said)</p>")
        return "<div class=\"notices\">\(notice)</div>"
    }

    // MARK: - Times

    private var times: HTML {
        var rows = [line(schedule.isPaused ? "In force, once it is let go" : "In force", schedule.terms)]
        if schedule.editedAt != nil { rows.append(line("As the program says", schedule.declared)) }
        if let wanted { rows.append(line("As typed below, not saved", wanted)) }
        let columns: [DataTable.Column] = [
            .init("What"), .init("When"), .init("Missed times"), .init("Next"), .init("Then"), .init("After that"),
        ]
        return DataTable(caption: "Coming times", columns: columns, rows: rows).framed
    }

    private func line(_ what: String, _ terms: ScheduleTerms) -> DataTable.Row {
        // A zone that the program knows on other nodes may not be known here.
        let known = try? terms.times(JobConsole.timesShown, after: frame.now)
        let times = known ?? []
        let shown = (0..<JobConsole.timesShown).map { index -> HTML in
            guard index < times.count else { return index > 0 ? .empty : known == nil ? "not known here" : "never" }
            return frame.time(times[index], .dateAndTime)
        }
        let said: [HTML] = [
            "\(what)", "<span class=\"code nowrap\">\(terms.cron)</span> <span class=\"soft\">\(terms.zone)</span>",
            "\(SchedulePage.missed(terms.catchUp))",
        ]
        return DataTable.Row(said + shown)
    }

    private static func words(_ terms: ScheduleTerms) -> String {
        "\(terms.cron) in \(terms.zone), missed times: \(missed(terms.catchUp))"
    }

    private static func missed(_ catchUp: Schedule.CatchUp) -> String {
        switch catchUp {
        case .skip: "none of them"
        case .once: "the latest, once"
        case .all(let limit): "each of the last \(limit)"
        }
    }

    // MARK: - The form

    private var change: HTML? {
        guard frame.mayChange else { return nil }
        let present = schedule.terms
        let cron = TextField(
            "cron", label: "When", value: form.value("cron", or: present.cron),
            hint: "Minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly.",
            error: form.message("cron"), maxLength: CronExpression.longest)
        let zone = TextField(
            "zone", label: "Zone", value: form.value("zone", or: present.zone),
            hint: "Such as Europe/Berlin, UTC or +05:30.", error: form.message("zone"), maxLength: JobZone.longestName)
        let missed = SelectField(
            "missed", label: "Missed times",
            value: form.value("missed", or: ScheduleMissed(present.catchUp).rawValue),
            choices: [
                Choice("skip", "Run for none of them"), Choice("once", "Run for the latest, once"),
                Choice("all", "Run for each of the last so many"),
            ], hint: "Times at which no node was there.", error: form.message("missed"))
        let most = TextField(
            "missed_most", label: "Of the last how many",
            value: form.value("missed_most", or: ScheduleMissed.most(present.catchUp).map(String.init) ?? ""),
            kind: .number, hint: "Where it runs for each of them.", error: form.message("missed_most"),
            presence: .optional, range: ScheduleMissed.range)
        let fields: HTML = """
            <input type="hidden" name="seen" value="\(form.value("seen", or: present.words))">\
            <div class="form-row">\(cron)\(zone)</div><div class="form-row">\(missed)\(most)</div>
            """
        let handles = frame.form(
            "\(path)/change", fields: fields, Button("Save"),
            Button("Only show the times", weight: .secondary, icon: .clock, name: "look", value: "times"),
            arrangement: "stacked")
        return """
            <section class="block" aria-labelledby="change-title"><h2 id="change-title">Change it</h2>\
            <div class="stack">\(handles)\(goingBack)</div></section>
            """
    }

    private var goingBack: HTML? {
        guard schedule.editedAt != nil else { return nil }
        let button = Button(
            "Go back to what the program says", weight: .secondary, icon: .retry,
            confirm: "Put \(SchedulePage.words(schedule.declared)) back in force?")
        return frame.form("\(path)/reset", button)
    }
}
