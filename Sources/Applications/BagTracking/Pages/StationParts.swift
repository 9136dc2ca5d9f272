import Portico

/// What the station's script takes from the page: drawings, patterns of sack codes, the help and the questions.
struct StationParts: PageComponent {
    var products: [StationPage.Product]
    /// Whether the page is the packing station, which has help.
    var isStation = true

    /// The drawing of each kind of answer.
    static func icon(_ kind: String) -> Icon {
        switch kind {
        case "linked", "undone": .check
        case "full": .full
        case "duplicate": .info
        case "refused": .cross
        case "saved": .offline
        case "pending": .clock
        case "sack": .sack
        default: .scan
        }
    }

    private static let kinds = ["idle", "sack", "linked", "full", "duplicate", "refused", "saved", "pending", "undone"]

    var html: HTML {
        let patterns = products.map { product -> HTML in
            """
            <li data-code="\(product.code)" data-name="\(product.name)" data-prefix="\(product.prefix)" \
            data-digits="\(product.digits)" data-capacity="\(product.capacity)"></li>
            """
        }
        let drawings = StationParts.kinds.map { "<span data-icon=\"\($0)\">\(StationParts.icon($0))</span>" as HTML }
        let badges = ["created", "found", "linked", "added", "matched", "returned", "duplicate", "rejected", "undone"]
            .map {
                "<span data-badge=\"\($0)\">\(BagWords.outcome($0))</span>" as HTML
            }
        let saved = Badge("Saved here", tone: .warn, icon: .offline)
        let sent = Badge("Sent", icon: .check)
        let titles = StationRefusal.titles.sorted { $0.key < $1.key }.map {
            "<span data-title=\"\($0.key)\">\($0.value)</span>" as HTML
        }
        return """
            <ul id="product-types" hidden>\(patterns)</ul>
            <div id="parts" hidden>\(drawings)\(badges)\(titles)<span data-badge="saved">\(saved)</span>\
            <span data-badge="sent">\(sent)</span>\
            <span data-icon="undo">\(Icon.undo)</span></div>
            \(isStation ? help : nil)\(questions)
            """
    }

    private var help: HTML {
        """
        <dialog id="help-dialog" aria-labelledby="help-title"><h2 id="help-title">How the station works</h2>
        <p>Scan a sack, then its bags. The next sack's label switches over. Nothing needs a key or a click.</p>
        <dl class="facts keys"><div><dt><kbd>Ctrl</kbd> <kbd>Z</kbd></dt><dd>Undo your last scan</dd></div>\
        <div><dt><kbd>Esc</kbd></dt><dd>Back to the box</dd></div>\
        <div><dt><kbd>?</kbd></dt><dd>This help</dd></div>\
        <div><dt><kbd>/</kbd></dt><dd>Find any code</dd></div>\
        <div><dt class="code">CMD:UNDO</dt><dd>Card: undo your last scan</dd></div>\
        <div><dt class="code">CMD:DONE</dt><dd>Card: leave the sack</dd></div>\
        <div><dt class="code">CMD:REPEAT</dt><dd>Card: say the last answer again</dd></div></dl>
        <label class="shortcut-switch"><input type="checkbox" data-shortcuts>\
        <span>Single-key shortcuts, <kbd>?</kbd> and <kbd>/</kbd></span></label>
        <form method="dialog" class="buttons"><button class="button primary">Close</button></form></dialog>
        """
    }

    private var questions: HTML {
        """
        <dialog id="leave-dialog" aria-labelledby="leave-title"><h2 id="leave-title">Sign out with scans waiting?</h2>
        <p id="leave-text"></p>
        <form method="dialog" class="buttons"><button class="button secondary" value="stay" autofocus>Stay</button>\
        <button class="button danger" value="go">Sign out</button></form></dialog>
        <dialog id="question-dialog" aria-labelledby="question-text"><p id="question-text"></p>
        <form method="dialog" class="buttons"><button class="button danger" id="question-yes" value="yes"></button>\
        <button class="button secondary" value="no" autofocus>Cancel</button></form></dialog>
        """
    }
}
