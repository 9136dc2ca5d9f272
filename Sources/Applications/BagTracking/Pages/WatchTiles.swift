import Portico

/// What somebody should look at, on the dashboard: foreign sacks at gates, devices that came late, the last import.
struct WatchTiles {
    var frame: BagFrame
    var watch: Watchfulness

    /// The scans behind the devices that came late.
    private var lateScans: PageAddress {
        PageAddress(
            "/bags/scans", ["mine": "false", "late": "true", "from": frame.zone.date(of: frame.now - .hours(1)).text])
    }

    var html: HTML {
        "<div class=\"tiles flat\">\(findings)\(late)\(frame.may("import.run") ? lastImport : nil)</div>"
    }

    private var findings: StatTile {
        StatTile(
            "Open findings", value: watch.openFindings,
            href: PageAddress("/bags/bills", ["findings": "true"]).text, detail: "Sacks at the gate not on their bill",
            tone: watch.openFindings > 0 ? .bad : .neutral, icon: watch.openFindings > 0 ? nil : .shield)
    }

    /// What the server can know: a device without its network says nothing at all until it is back.
    private var late: StatTile {
        StatTile(
            "Devices that delivered late", value: watch.lateDevices, href: lateScans.text,
            detail: "In the last hour, more than a minute after the scan",
            tone: watch.lateDevices > 0 ? .warn : .neutral, icon: .clock)
    }

    private var lastImport: HTML {
        guard let last = watch.lastImport else {
            return tile("/bags/imports", "None yet", detail: "Import a file", tone: .neutral)
        }
        let state = last.state?.published ?? (last.failure == nil ? "succeeded" : "failed")
        let kind = last.isDryRun ? "\(last.kind.title), dry run" : last.kind.title
        return tile(
            "/bags/imports/\(last.jobID)", "\(ImportPage.badge(state))", detail: "\(kind), \(frame.time(last.at))",
            tone: state == "failed" ? .bad : .neutral)
    }

    private func tile(_ href: String, _ value: HTML, detail: HTML, tone: Tone) -> HTML {
        """
        <a class="tile tone-\(tone.rawValue)" href="\(href)"><span class="tile-label">\(Icon.archive)<span>Last import</span></span>\
        <span class="tile-word">\(value)</span><span class="tile-detail">\(detail)</span></a>
        """
    }
}
