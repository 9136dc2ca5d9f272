import Foundation
import Portico
import Testing

@testable import BagTracking

@Suite struct BagPageTests {
    @Test("every page is among the samples")
    func samples() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let folder = root.appending(path: "Sources/Applications/BagTracking/Pages")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let pages = try files.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: /struct ([A-Za-z]+): BagPage\b/).map {
                String($0.1)
            }
        }
        #expect(pages.count >= 24)
        let sampled = Set(PageSamples.pages.map { String(describing: type(of: $0)) })
        #expect(Set(pages).subtracting(sampled).isEmpty)
    }

    @Test("escapes whatever a person typed, on every page")
    func escapes() {
        for page in PageSamples.pages {
            let html = page.body.text
            #expect(!html.contains("alert('1')"), "\(page.title)")
            #expect(!html.contains("<script>"), "\(page.title)")
        }
    }

    @Test("holds nothing a strict content policy would refuse, on any page")
    func policy() {
        for page in PageSamples.pages {
            let html = page.body.text
            for refused in [" style=", " onclick=", " onsubmit=", "<style", "javascript:"] {
                #expect(!html.contains(refused), "\(page.title): \(refused)")
            }
        }
    }

    @Test("gives every id once, so that labels and messages find their fields")
    func uniqueIDs() {
        for page in PageSamples.pages {
            let ids = page.body.text.matches(of: /\ id="([^"]+)"/).map { String($0.1) }
            #expect(Set(ids).count == ids.count, "\(page.title)")
        }
    }

    @Test("labels every field that is shown")
    func labels() {
        for page in PageSamples.pages {
            let html = page.body.text
            for field in html.matches(of: /<(?:input|select|textarea)\b[^>]*>/).map({ String($0.0) }) {
                guard !field.contains("type=\"hidden\""), !field.contains("data-shortcuts") else { continue }
                let id = field.firstMatch(of: /\ id="([^"]+)"/).map { String($0.1) }
                #expect(id.map { html.contains("for=\"\($0)\"") } == true, "\(page.title): \(field)")
            }
        }
    }

    @Test("masks what a password is typed into")
    func masked() {
        let fields = PageSamples.pages.flatMap {
            $0.body.text.matches(of: /<input\b[^>]*>/).map { String($0.0) }.filter { $0.contains("password\"") }
        }
        #expect(!fields.isEmpty && fields.allSatisfy { $0.contains("type=\"password\"") }, "\(fields)")
    }

    @Test("guards every form that changes something")
    func guarded() {
        for page in PageSamples.pages {
            for form in page.body.text.components(separatedByTag: "form") where form.contains("method=\"post\"") {
                #expect(form.contains("name=\"_csrf\" value=\"csrf-1\""), "\(page.title): \(form.prefix(120))")
                let isKeyed = form.contains("name=\"idempotency_key\"") || form.contains("name=\"client_scan_id\"")
                #expect(isKeyed || form.contains("data-sign-out"), "\(page.title): \(form.prefix(120))")
            }
        }
    }

    @Test("loads at most three files besides the page")
    func requests() {
        for page in PageSamples.pages {
            let html = page.body.text
            let count = html.matches(of: /<link rel="stylesheet"/).count + html.matches(of: /<script [^>]*src=/).count
            #expect(count <= 3, "\(page.title)")
        }
    }

    @Test("shows the places the role may go, and no others")
    func places() {
        let packer = HistoryPage(frame: PageSamples.frame(PageSamples.packing, area: "Lucknow"), scans: []).body.text
        #expect(packer.contains("href=\"/bags/scan\"") && packer.contains("Dispatcher, Lucknow"))
        for hidden in ["/bags/users", "/bags/settings", "/bags/audit"] {
            #expect(!packer.contains("href=\"\(hidden)\""))
        }
        let gate = HistoryPage(frame: PageSamples.frame(["bag.read", "stats.read"], area: "Hisar"), scans: []).body.text
        #expect(!gate.contains("href=\"/bags/scan\""))
    }

    @Test("keeps the any-code box in the header, with what was asked")
    func codeBox() {
        var page = FindPage(frame: PageSamples.frame())
        page.frame.searched = "a\"b"
        let html = page.body.text
        #expect(html.contains("action=\"/bags/find\" role=\"search\" aria-label=\"Any code\""))
        #expect(html.contains("data-slash value=\"a&quot;b\""))
    }
}

extension String {
    /// The pieces of markup between the begin and end tags of elements called `tag`, which do not nest.
    fileprivate func components(separatedByTag tag: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = self[...]
        while let start = rest.firstRange(of: "<\(tag) "),
            let end = rest[start.upperBound...].firstRange(of: "</\(tag)>")
        {
            pieces.append(rest[start.lowerBound..<end.lowerBound])
            rest = rest[end.upperBound...]
        }
        return pieces
    }

    @Test("who has more places than a line takes finds the office's behind More, and all of them on a phone")
    func furtherPlaces() {
        func navigation(_ role: BagRole, at place: BagSection? = nil) -> String {
            PageSamples.frame(role.permissions).shell(title: "x", place: place).document("").text
        }
        let admin = navigation(.admin, at: .audit)
        #expect(admin.contains("<details class=\"menu further is-current\"><summary>"))
        #expect(admin.ranges(of: "href=\"/bags/audit\"").count == 2)
        #expect(!navigation(.admin, at: .bills).contains("further is-current"))
        for role in [BagRole.dispatcher, .gatekeeper, .biller] {
            #expect(!navigation(role).contains("menu further"))
        }
    }
}
