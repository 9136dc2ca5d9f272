import Portico
import Testing

@testable import BagTracking

@Suite struct BagDetailPageTests {
    private func actions(_ page: BagDetailPage) -> Set<String> {
        Set(page.body.text.matches(of: /action="\/bags\/bags\/[A-Z0-9]+\/([a-z\/]+)"/).map { String($0.1) })
    }

    @Test("offers a sack's corrections to those who may correct")
    func sackActions() {
        #expect(actions(PageSamples.sack()) == ["empty", "hold", "sscc", "retire"])
        #expect(actions(PageSamples.sack(PageSamples.packing)).isEmpty)
        #expect(actions(PageSamples.sack(["bag.hold"])) == ["hold"])
    }

    @Test("offers a bag's corrections")
    func bagActions() {
        #expect(actions(PageSamples.bag()) == ["move", "unlink", "retire"])
    }

    @Test("offers nothing that would open a sealed sack")
    func sealed() {
        var page = PageSamples.sack()
        page.bill = .init(id: "1", code: "LKO/1", state: "open")
        #expect(actions(page) == ["hold", "sscc"])
        #expect(page.body.text.contains("Sealed:"))
    }

    @Test("lifts a hold and releases a number where there are any")
    func opposites() {
        var page = PageSamples.sack()
        page.hold = .init(reason: "wet", since: PageSamples.now)
        page.sscc = "389012340000000017"
        #expect(actions(page) == ["empty", "release", "sscc/release", "retire"])
        #expect(page.body.text.contains("On hold since"))
    }

    @Test("offers to restore what is retired, and nothing else")
    func retired() {
        var page = PageSamples.sack()
        page.status = "retired"
        #expect(actions(page) == ["restore"])
    }

    @Test("opens the form that came back, with what was typed and what is wrong")
    func cameBack() {
        var page = PageSamples.bag()
        page.openForm = "move"
        page.form = FormState(
            values: ["to_parent": "SB1", "reason": "x"],
            messages: [FieldMessage("to_parent", "It is not a sack's code.")])
        let html = page.body.text
        #expect(html.contains("<a href=\"#move-to_parent\">It is not a sack&#39;s code.</a>"))
        #expect(html.contains("<details class=\"fold\" open>"))
        #expect(html.matches(of: /<details class="fold" open>/).count == 1)
        #expect(html.contains("id=\"move-to_parent\"") && html.contains("value=\"SB1\""))
    }

    @Test("asks to take the bags out before a sack is retired")
    func cascade() {
        let html = PageSamples.sack().body.text
        #expect(html.contains("name=\"cascade\" value=\"unlink\"") && html.contains("Take its 3 bags out first"))
    }

    @Test("shows where a bag is from the inside out")
    func position() {
        var page = PageSamples.bag()
        page.bill = .init(id: "1", code: "LKO/1", state: "dispatched", consignee: "Verma Seeds", destination: "Kanpur")
        let html = page.body.text
        #expect(html.contains("LKO/1") && html.contains("Dispatched") && html.contains("Verma Seeds, Kanpur"))
        #expect(PageSamples.sack().body.text.contains("On no bill"))
    }
}
