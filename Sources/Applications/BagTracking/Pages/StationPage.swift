import Portico

/// `GET /bags/scan` and the refusals of `POST /bags/scan`: the packing station.
///
/// Without script it is a form: POST `/bags/scan` with `_csrf`, `parent` (hidden, the current sack's code or empty),
/// `client_scan_id` (hidden), `code`, `undo` (hidden, the scan that the card `CMD:UNDO` takes back) and, for people of
/// all areas, `area_code`. After a success the route answers 303
/// to `/bags/scan?parent=<code>&scan=<id>`; after a refusal this page with the refusal's status. Undo: POST
/// `/bags/scans/{id}/undo` with `_csrf`, `idempotency_key`, `next`.
///
/// With script (`bags/station.js`) scans go to `…/scans/parent`, `…/scans/child` and `…/scans/batch`.
struct StationPage: BagPage {
    /// The sack that is being filled.
    struct Sack: Sendable {
        var code: String
        var product: String
        var capacity: Int
        var childCount: Int
        /// Warnings of the API: `parent_full`, `parent_billed`, `on_hold`.
        var warnings: [String] = []
    }

    /// What the last scan came to.
    struct Answer: Sendable {
        /// `linked`, `full`, `duplicate`, `refused`, `sack` or `undone`.
        var kind: String
        /// A word or two.
        var title: String
        /// The rest: the count, the reason, where the bag is now.
        var detail: String
        /// The code that was read.
        var code: String
        /// The sack the bag is in now, where that is known and visible.
        var currentParent: String?
    }

    /// A pattern of sack codes.
    struct Product: Sendable {
        var code: String
        var name: String
        var prefix: String
        var digits: Int
        var capacity: Int
    }

    var frame: BagFrame
    /// The signed-in person's id; scans kept on the device belong to it.
    var userID: String
    var sack: Sack?
    var answer: Answer?
    /// What was typed and refused; stays in the box.
    var typed = ""
    /// A fresh id for the next scan of the form.
    var clientScanID: String
    /// The areas to choose from; empty for people of one area.
    var areas: [Choice] = []
    /// The chosen area.
    var areaCode = ""
    /// The scan that a card of the form takes back: the newest one that can be undone.
    var undoable: String?
    /// The newest own scans, at most 20.
    var recent: [ScanLine]
    /// Every product type: sacks of one that is closed for new sacks can still be filled.
    var products: [Product]

    var title: String { "Scan" }
    var place: BagSection? { .scan }
    var styles: [String] { ["bags/station.css"] }
    var scripts: [String] { ["bags/station.js"] }
    var pageClass: StaticString { "station-page" }
    var manifest: String? { InstalledStation.packing.address }

    var content: HTML {
        """
        <div class="station" id="station" data-user="\(userID)" data-user-name="\(frame.person)" \
        data-zone-minutes="\(frame.zone.minutes)" data-zone="\(frame.zone.name)\
        " data-answer="\(answer?.kind ?? "idle")">
        <h1 class="unseen">Packing station</h1>
        <p class="band tone-warn" id="band" role="status" hidden></p>
        <div class="station-desk">\(sackPanel)\(answerPanel)\(scanForm)</div>
        <div class="station-side">
        <section class="block attention tone-bad" id="attention" aria-labelledby="attention-title" hidden>\
        <h2 id="attention-title">\(Icon.warning) Needs attention</h2><ul id="attention-list"></ul></section>
        \(recentSection)
        </div>
        <p class="unseen" id="polite" role="status" aria-live="polite"></p>
        <p class="unseen" id="assertive" role="alert" aria-live="assertive"></p>
        </div>
        \(StationParts(products: products).html)
        """
    }

    private var sackPanel: HTML {
        let warnings = sack?.warnings.map {
            "<p class=\"sack-warning\">\(Icon.warning) \(BagWords.warning($0))</p>" as HTML
        }
        let leave: HTML = """
            <a class="button secondary" id="leave" href="/bags/scan"\(HTML.flag("hidden", sack == nil))>\(Icon.check)\
            <span>Leave sack</span></a>
            """
        return """
            <section class="sack" id="sack" aria-label="Current sack"\(HTML.attribute("data-code", sack?.code))>\
            <div class="sack-head"><div><p class="sack-label">Current sack</p>\
            <p class="sack-code code" id="sack-code">\(sack?.code ?? "None yet")</p>\
            <p class="sack-product" id="sack-product">\(sack?.product ?? "Scan a sack")</p></div>\
            <p class="sack-count" id="sack-count"\(HTML.flag("hidden", sack == nil))><span id="sack-n">\
            \(sack?.childCount ?? 0)</span>\
            <span class="of">of <span id="sack-of">\(sack?.capacity ?? 0)</span></span></p></div>\
            \(SackGauge(count: sack?.childCount ?? 0, capacity: sack?.capacity ?? 0))\
            <div id="sack-warnings">\(warnings ?? [])</div><p class="sack-left" id="sack-left" hidden></p>\(leave)</section>
            """
    }

    /// What to do next, while there is nothing to answer.
    private var idle: (title: String, detail: String) {
        sack == nil
            ? ("Scan a sack", "Then its bags, one after the other.")
            : ("Scan its bags", "The label of the next sack switches over.")
    }

    private var answerPanel: AnswerPanel {
        AnswerPanel(answer: answer, idle: idle)
    }

    private var scanForm: ScanBox {
        let choices = [Choice("", "Choose an area")] + areas
        let area =
            areas.isEmpty
            ? nil : SelectField("area_code", label: "Area for new sacks", value: areaCode, choices: choices)
        return ScanBox(
            frame: frame, action: "/bags/scan", label: "Scan or type a code", typed: typed,
            hidden: """
                <input type="hidden" name="parent" id="scan-parent" value="\(sack?.code)">\
                <input type="hidden" name="client_scan_id" value="\(clientScanID)">\
                <input type="hidden" name="undo" value="\(undoable)">\(area)
                """, hasHelp: true)
    }

    private var recentSection: RecentScans {
        RecentScans(frame: frame, scans: recent, next: PageAddress("/bags/scan", ["parent": sack?.code]).text)
    }
}

/// The places of a sack, one box each, filled from the left; a plain bar when there are more than 60. Few boxes do not
/// spread over the whole width.
struct SackGauge: PageComponent {
    var count: Int
    var capacity: Int

    var html: HTML {
        let isBoxes = (1...60).contains(capacity)
        let width = isBoxes ? capacity * 10 - 2 : 1000
        let boxes = (0..<(isBoxes ? capacity : 0)).map { index -> HTML in
            let filled = HTML.attribute("class", index < count ? "filled" : nil)
            return "<rect x=\"\(index * 10)\" width=\"8\" height=\"10\"\(filled)/>"
        }
        let bar: HTML = """
            <rect width="1000" height="10"/><rect class="filled" width="\(count * 1000 / max(capacity, 1))\
            " height="10"/>
            """
        return """
            <svg class="\(capacity > 12 ? "gauge" : "gauge few")" id="gauge" viewBox="0 0 \(width) 10" preserveAspectRatio="none" role="img" \
            aria-label="\(count) of \(capacity)"\(HTML.flag("hidden", capacity == 0))>\
            \(isBoxes ? HTML(joining: boxes) : bar)</svg>
            """
    }
}
