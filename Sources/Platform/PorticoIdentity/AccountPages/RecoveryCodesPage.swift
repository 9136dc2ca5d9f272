import PorticoHTTP
import PorticoPages

/// Recovery codes, shown once, to be printed, saved or written down.
struct RecoveryCodesPage: AccountPageContent {
    var frame: AccountFrame
    let codes: [String]
    /// Whether the authenticator was added just now; otherwise the codes replace older ones.
    let isFirst: Bool

    var title: String { "Recovery codes" }

    var content: HTML {
        let list = codes.map { "<li class=\"code\">\($0)</li>" as HTML }
        return """
            \(PageHeading("Recovery codes", subtitle: "Each lets you in once when your phone is not at hand."))
            <div class="stack account-narrow">\(news)
            <section class="block" aria-labelledby="codes-title"><h2 id="codes-title">Keep these now</h2>\
            <div class="stack"><p>They are not shown again. Keep them where you would keep a spare key: on paper, or in your \
            password manager. Not on the phone with the authenticator.</p>\
            <p class="print-only">\(frame.shell.application), \(frame.principal.email)</p>\
            <ol class="recovery-codes">\(list)</ol>\(keeping)</div></section></div>
            """
    }

    private var news: Notice {
        isFirst
            ? Notice(
                "Two-step sign-in is on", tone: .good,
                detail: "Everything else you were signed in with has ended. One thing is left to do.")
            : Notice("You have new recovery codes", tone: .good, detail: "The old ones are worth nothing now.")
    }

    /// Leads on when the box is ticked; the browser itself sees to that.
    private var keeping: HTML {
        """
        <div class="buttons"><a class="button secondary" href="\(file)" download="recovery-codes.txt">\(Icon.download)\
        <span>Save as a file</span></a><button type="button" class="button secondary" data-print hidden>\(Icon.printer)\
        <span>Print</span></button></div>\
        <form method="get" action="\(frame.address())" class="form stacked">\
        \(isFirst ? "<input type=\"hidden\" name=\"done\" value=\"enabled\">" as HTML : .empty)\
        <div class="field tick"><div class="tick-line"><input type="checkbox" id="f-kept" required>\
        <label for="f-kept">I have kept them</label></div></div><div class="buttons">\(Button("Go on"))</div></form>
        """
    }

    /// The codes as a file that never was on a server: a data address (RFC 2397).
    private var file: String {
        let lines = ["Recovery codes: \(frame.shell.application), \(frame.principal.email)", ""] + codes + [""]
        return "data:text/plain;charset=utf-8," + PageAddress.encode(lines.joined(separator: "\r\n"))
    }
}
