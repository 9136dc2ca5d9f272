import Portico

/// Where sacks are scanned onto a bill or past the gate: the box, the answer, and what needs attention. With script
/// (`bags/station.js`) it is a station like the one at the packing table; without it is a form.
struct LorryDesk: PageComponent {
    var frame: BagFrame
    /// The signed-in person's id; scans kept on the device belong to it.
    var userID: String
    /// `bill`, `gate` or `return`.
    var kind: String
    /// The bill; nil for a return.
    var billID: String?
    /// The return ticket; nil for a lorry.
    var ticketID: String?
    /// Where the form goes.
    var action: String
    /// What stands above the answer, in large figures.
    var figures: HTML
    /// Whether nothing is left to be scanned.
    var isDone = false
    /// What is wrong on the lorry, below the answer.
    var alarm: HTML = .empty
    var answer: StationPage.Answer?
    var typed = ""
    /// A fresh id for the next scan of the form.
    var clientScanID: String
    var recent: [ScanLine] = []
    var products: [StationPage.Product]
    /// Further fields of the form.
    var fields: HTML = .empty
    /// What stands beside.
    var beside: HTML

    var html: HTML {
        """
        <div class="station lorry" id="station" data-user="\(userID)" data-user-name="\(frame.person)" \
        data-zone-minutes="\(frame.zone.minutes)" data-zone="\(frame.zone.name)\
        " data-answer="\(answer?.kind ?? "idle")" data-kind="\(kind)"\
        \(HTML.attribute("data-bill", billID))\(HTML.attribute("data-ticket", ticketID))>
        <p class="band tone-warn" id="band" role="status" hidden></p>
        <div class="station-desk">\(figures)\(panel)\(alarm)\(box)
        <section class="block attention tone-bad" id="attention" aria-labelledby="attention-title" hidden>\
        <h2 id="attention-title">\(Icon.warning) Needs attention</h2><ul id="attention-list"></ul></section>
        \(RecentScans(frame: frame, scans: recent, next: action, none: none))</div>
        <div class="station-side">\(beside)</div>
        <p class="unseen" id="polite" role="status" aria-live="polite"></p>
        <p class="unseen" id="assertive" role="alert" aria-live="assertive"></p>
        </div>
        \(StationParts(products: products, isStation: false).html)
        """
    }

    private var panel: AnswerPanel {
        AnswerPanel(answer: answer, idle: idle)
    }

    private var idle: (title: String, detail: String) {
        switch kind {
        case "gate" where isDone: ("All seen", "A sack that does not belong here is still told at once.")
        case "gate": ("Scan the sacks", "Every sack on the lorry, one after the other.")
        case "return": ("Scan a sack", "Choose its condition first.")
        default: ("Scan a sack", "Each goes onto this bill.")
        }
    }

    /// What stands in the list of scans before the first; a bill's page lists those made on it as it stands open.
    private var none: String {
        kind == "bill" ? "What you scan now stands here." : "Nothing scanned yet."
    }

    private var label: String {
        switch kind {
        case "gate": "Scan a sack on the lorry"
        case "return": "Scan or type a sack that came back"
        default: "Scan or type a sack"
        }
    }

    private var box: ScanBox {
        ScanBox(
            frame: frame, action: action, label: label, typed: typed,
            hidden: "<input type=\"hidden\" name=\"client_scan_id\" value=\"\(clientScanID)\">\(fields)")
    }
}

/// "38 of 47" in figures that are read from two metres.
struct BigCount: PageComponent {
    var label: String
    var count: Int
    var of: Int
    var note: HTML?

    var html: HTML {
        """
        <section class="sack" id="big-count" data-refresh aria-label="\(label)"><div class="sack-head"><div>\
        <p class="sack-label">\(label)</p>\(note.map { "<p class=\"sack-product\">\($0)</p>" as HTML })</div>\
        <p class="sack-count"><span class="big">\(count)</span><span class="of">of \(of)</span></p></div>\
        \(SackGauge(count: count, capacity: of))</section>
        """
    }
}
