import Portico
import Testing

@testable import BagTracking

@Suite struct StationPageTests {
    private let sack = StationPage.Sack(
        code: "SB00012", product: "Mustard", capacity: 30, childCount: 18, warnings: ["on_hold"])

    @Test("is a form that works without script")
    func form() {
        let html = PageSamples.station(sack).body.text
        #expect(html.contains("method=\"post\" action=\"/bags/scan\""))
        #expect(html.contains("name=\"parent\" id=\"scan-parent\" value=\"SB00012\""))
        #expect(html.contains("name=\"client_scan_id\" value=\"scan-id-1\""))
        #expect(html.contains("id=\"code\" name=\"code\" type=\"text\" value=\"\" autofocus autocomplete=\"off\""))
        #expect(!html.contains("name=\"area_code\""))
    }

    @Test("asks people of all areas for the area of new sacks")
    func areas() {
        var page = PageSamples.station()
        page.areas = [Choice("lucknow", "Lucknow")]
        page.areaCode = "lucknow"
        #expect(page.body.text.contains("<option value=\"lucknow\" selected>Lucknow</option>"))
    }

    @Test("shows the sack with its count, its places and its warnings")
    func currentSack() {
        let html = PageSamples.station(sack).body.text
        #expect(html.contains("<span id=\"sack-n\">18</span>") && html.contains("<span id=\"sack-of\">30</span>"))
        #expect(html.contains("aria-label=\"18 of 30\""))
        #expect(html.matches(of: /class="filled"/).count == 18)
        #expect(html.contains("This sack is on hold."))
    }

    @Test("the places of a sack reach from edge to edge, however few there are")
    func edges() {
        let one = SackGauge(count: 0, capacity: 1).html.text
        #expect(one.contains("viewBox=\"0 0 8 10\"") && one.contains("<rect x=\"0\" width=\"8\""))
        let thirty = SackGauge(count: 0, capacity: 30).html.text
        #expect(thirty.contains("viewBox=\"0 0 298 10\"") && thirty.contains("<rect x=\"290\" width=\"8\""))
    }

    @Test("does not spread few places over the whole width")
    func fewPlaces() {
        #expect(SackGauge(count: 1, capacity: 4).html.text.contains("class=\"gauge few\""))
        #expect(SackGauge(count: 1, capacity: 30).html.text.contains("class=\"gauge\""))
    }

    @Test("asks for a sack when there is none")
    func noSack() {
        let html = PageSamples.station().body.text
        #expect(html.contains("Scan a sack"))
        #expect(html.contains("id=\"leave\" href=\"/bags/scan\" hidden"))
    }

    @Test("says a refusal at once, where the bag is, and keeps what was typed")
    func refusal() {
        var page = PageSamples.station(sack)
        page.typed = "2586377"
        page.answer = .init(
            kind: "refused", title: "In another sack", detail: "Already linked.", code: "2586377",
            currentParent: "SB00009")
        let html = page.body.text
        #expect(html.contains("data-kind=\"refused\" role=\"alert\""))
        #expect(html.contains("It is in <a class=\"code\" href=\"/bags/bags/SB00009\">SB00009</a>."))
        #expect(html.contains("type=\"text\" value=\"2586377\""))
    }

    @Test("has a polite and an assertive region for readers")
    func regions() {
        let html = PageSamples.station().body.text
        #expect(html.contains("id=\"polite\" role=\"status\" aria-live=\"polite\""))
        #expect(html.contains("id=\"assertive\" role=\"alert\" aria-live=\"assertive\""))
    }

    @Test("hands the script patterns and drawings without a line of script in the page")
    func parts() {
        let html = PageSamples.station().body.text
        #expect(html.contains("data-prefix=\"SB\" data-digits=\"5\" data-capacity=\"30\""))
        for kind in ["idle", "sack", "linked", "full", "duplicate", "refused", "saved", "pending", "undone"] {
            #expect(html.contains("<span data-icon=\"\(kind)\"><svg"))
        }
        for badge in ["linked", "duplicate", "rejected", "undone", "saved", "sent"] {
            #expect(html.contains("<span data-badge=\"\(badge)\"><span class=\"badge"))
        }
        #expect(html.contains("<span data-title=\"linked_elsewhere\">In another sack</span>"))
        #expect(html.contains("id=\"sack-left\" hidden"))
        #expect(html.contains("id=\"question-dialog\""))
        #expect(html.contains("<script type=\"module\" src=\"/assets/bags/station.js\" nonce=\"nonce-1\">"))
    }

    @Test("draws one bar for a sack of more than sixty")
    func largeSack() {
        let html = SackGauge(count: 125, capacity: 500).html.text
        #expect(html.contains("width=\"250\""))
        #expect(html.matches(of: /<rect/).count == 2)
        #expect(SackGauge(count: 0, capacity: 0).html.text.contains(" hidden>"))
    }

    @Test("offers undo while there is time, and says who undid")
    func undo() {
        let frame = PageSamples.frame()
        let form = PageSamples.scan().undoForm(frame, next: "/bags/scan?parent=SB00012")?.text
        #expect(form?.contains("action=\"/bags/scans/91/undo\"") == true)
        #expect(form?.contains("<span data-left>59:00</span>") == true)
        #expect(form?.contains("name=\"next\" value=\"/bags/scan?parent=SB00012\"") == true)
        #expect(PageSamples.scan(undoable: false).undoForm(frame, next: "/") == nil)
        let undone = PageSamples.scan(undone: .init(by: "Asha", at: PageSamples.now, reason: "wrong bag"))
        #expect(undone.undoForm(frame, next: "/") == nil)
        #expect(undone.remark(frame)?.text.contains("Undone by Asha at <time") == true)
        #expect(undone.badge.word == "Undone")
    }
}
