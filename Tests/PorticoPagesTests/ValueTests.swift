import PorticoPages
import PorticoValues
import Testing

@Suite struct ValueTests {
    @Test("names the zone of a time and keeps it readable for machines")
    func times() throws {
        let instant = try #require(Instant(rfc3339: "2026-11-20T18:30:00.000Z"))
        let html = TimeText(instant, zone: .india).html.text
        #expect(html == "<time datetime=\"2026-11-20T18:30:00.000Z\">21 Nov 2026, 00:00 IST</time>")
        #expect(TimeText(instant, zone: .india, detail: .time).text == "00:00 IST")
        #expect(TimeText(instant, zone: .utc, detail: .date).text == "20 Nov 2026")
        #expect(TimeText(instant, zone: .utc, detail: .day).text == "20 Nov")
        #expect(TimeText(instant, zone: .utc, detail: .relative).html.text.contains(" data-relative>"))
    }

    @Test(
        "groups thousands",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_728_000, "1,728,000"), (-22_000, "−22,000")])
    func numbers(value: Int, text: String) {
        #expect(GroupedNumber(value).text == text)
    }

    @Test(
        "breaks an e-mail address after the @ and after dots",
        arguments: [
            ("asha.verma@bags.demo", "asha.<wbr>verma@<wbr>bags.<wbr>demo"), ("<a@b>", "&lt;a@<wbr>b&gt;"), ("", ""),
        ])
    func emails(address: String, html: String) {
        #expect(EmailText(address).html.text == html)
    }

    @Test("encodes what stands in a query and drops what is empty")
    func addresses() {
        let address = PageAddress("/bags", ["q": "a&b=c/ü", "lot": "", "kind": nil])
        #expect(address.text == "/bags?q=a%26b%3Dc%2F%C3%BC")
        #expect(address.setting("q", nil).text == "/bags")
        #expect(address.setting("q", "x").setting("page", "2").text == "/bags?q=x&page=2")
    }

    @Test("shows a state as an icon and a word", arguments: Tone.allCases)
    func badge(tone: Tone) {
        let html = Badge("Full", tone: tone).html.text
        #expect(html.contains("tone-\(tone.rawValue)"))
        #expect(html.contains("<svg") && html.contains("<span>Full</span>"))
    }

    @Test("reads out at once what needs a look, the rest when there is time")
    func notices() {
        #expect(Notice("Broken", tone: .bad).html.text.contains("role=\"alert\""))
        #expect(Notice("Saved", tone: .good).html.text.contains("role=\"status\""))
    }

    @Test("hides drawings from readers and gives those that stand alone a word", arguments: Icon.allCases)
    func icons(icon: Icon) {
        #expect(icon.html.text.contains("aria-hidden=\"true\""))
        #expect(icon.labelled("Word").text.hasSuffix("<span class=\"unseen\">Word</span>"))
        #expect(icon.tabMark(background: "#000").hasPrefix("data:image/svg+xml,%3Csvg"))
    }

    @Test("says in words what a chart shows")
    func chart() {
        let html = BarChart(title: "By hour", bars: [.init("8", 3), .init("9", 0), .init("10", 6)]).html.text
        #expect(html.contains("role=\"img\" aria-label=\"By hour. 8: 3, 10: 6\""))
        #expect(BarChart(title: "By hour", bars: []).html.text.contains("By hour: nothing yet"))
    }

    @Test("spares readers the bar and gives them its numbers")
    func share() {
        let html = ShareBar([
            .init("Full", 1200, tone: .good, icon: .full, href: "/full", liveKey: "bags.full"),
            .init("Empty", 0, tone: .neutral, icon: .ring),
        ]).html.text
        #expect(html.contains("aria-hidden=\"true\"><rect class=\"tone-good\""))
        #expect(html.contains("data-live=\"bags.full\">1,200<"))
        #expect(html.contains("href=\"/full\""))
    }

    @Test("leads from a number to the list behind it")
    func tile() {
        let html = StatTile("Full <sacks>", value: 1200, href: "/full", detail: "of 1,300", liveKey: "k").html.text
        #expect(html.hasPrefix("<a class=\"tile tone-neutral\" href=\"/full\">"))
        #expect(html.contains("Full &lt;sacks&gt;") && html.contains("data-live=\"k\">1,200<"))
    }

    @Test("draws a line within its frame")
    func sparkline() {
        #expect(Sparkline(title: "Week", values: [0, 5, 10]).html.text.contains("points=\"0,23 50,12 100,1\""))
    }
}
