import Portico

/// What the last scan came to, in letters that are read from two metres.
struct AnswerPanel: PageComponent {
    var answer: StationPage.Answer?
    /// What to do next, while there is nothing to answer.
    var idle: (title: String, detail: String)

    var html: HTML {
        let kind = answer?.kind ?? "idle"
        let isRefused = kind == "refused"
        let current: HTML? = answer.flatMap { answer in
            answer.currentParent.map { sack in
                answer.detail.contains(sack) ? " Open \(CodeLink(sack))." : " It is in \(CodeLink(sack))."
            }
        }
        return """
            <section class="answer" id="answer" data-kind="\(kind)\
            "\(HTML.attribute("role", isRefused ? "alert" : nil)) aria-label="Answer">\
            <span class="answer-icon" id="answer-icon">\(StationParts.icon(kind))</span>\
            <div class="answer-words"><p class="answer-title" id="answer-title">\(answer?.title ?? idle.title)</p>\
            <p class="answer-code code" id="answer-code">\(answer?.code)</p>\
            <p class="answer-detail" id="answer-detail">\(answer?.detail ?? idle.detail)\
            \(current)</p></div></section>
            """
    }
}

/// The box that scans go into, a form where there is no script.
struct ScanBox: PageComponent {
    var frame: BagFrame
    /// Where the form goes.
    var action: String
    var label: String
    /// What was typed and refused.
    var typed = ""
    /// Further fields of the form.
    var hidden: HTML
    var hasHelp = false

    var html: HTML {
        """
        <form class="scan-form" id="scan-form" method="post" action="\(action)">\
        <input type="hidden" name="_csrf" value="\(frame.csrfToken)">\(hidden)\
        <label for="code">\(label)</label><div class="scan-line">\
        <input class="code" id="code" name="code" type="text" value="\(typed)" autofocus autocomplete="off" \
        autocapitalize="characters" autocorrect="off" spellcheck="false" enterkeyhint="send" maxlength="400">\
        <button class="button primary" type="submit">Enter</button></div>\
        <div class="scan-tools" id="scan-tools" hidden>\
        <button class="button secondary" type="button" id="keyboard" aria-pressed="false">\(Icon.keyboard)\
        <span>Keyboard</span></button>\
        <button class="button secondary" type="button" id="camera" data-module="\(frame.assets("bags/camera.js"))\
        ">\(Icon.camera)<span>Camera</span></button>\
        <button class="button secondary" type="button" id="sound" aria-pressed="true">\(Icon.sound)\
        <span>Sound</span></button>\(hasHelp ? help : nil)</div>\
        <p class="camera-note" id="camera-note" role="status" hidden></p>\
        <div class="camera-view" id="camera-view" hidden><video id="video" muted playsinline></video>\
        <div class="buttons"><button class="button secondary" type="button" id="torch" aria-pressed="false" \
        hidden>\(Icon.torch)<span>Light</span></button>\
        <button class="button secondary" type="button" id="camera-off">\(Icon.cross)<span>Close camera</span>\
        </button></div></div></form>
        """
    }

    private var help: HTML {
        """
        <button class="button secondary" type="button" id="help">\(Icon.help)<span>Help</span></button>
        """
    }
}

/// The newest scans, each with what can be done about it.
struct RecentScans: PageComponent {
    var frame: BagFrame
    var scans: [ScanLine]
    /// Where undoing one leads back to.
    var next: String
    /// What stands here before the first.
    var none = "Nothing scanned yet."

    var html: HTML {
        """
        <section class="block recent" aria-labelledby="recent-title"><div class="section-head">\
        <h2 id="recent-title">Last scans</h2><a href="/bags/scans">History</a></div>\
        <ol id="recent">\(scans.map(line))</ol><p class="soft" id="recent-none"\(HTML.flag("hidden", !scans.isEmpty))\
        >\(none)</p></section>
        """
    }

    /// One of the last scans, as the script makes them too.
    private func line(_ scan: ScanLine) -> HTML {
        let place: HTML? = scan.parentCode.map { "in <span class=\"code\">\($0)</span> · " }
        let remark: HTML? = scan.remark(frame).map { "\($0) · " }
        let day: HTML? = frame.day(of: scan.scannedAt).map { "\($0), " }
        return """
            <li data-scan="\(scan.id)" data-outcome="\(scan.undone == nil ? scan.outcome : "undone")"\
            \(HTML.attribute("class", scan.undone == nil ? nil : "struck"))>\
            <span class="line-badge">\(scan.badge)</span><span class="code line-code">\(scan.code)</span>\
            <span class="note line-note">\(place)\(remark)\(day)\(frame.time(scan.scannedAt, .time))</span>\
            <span class="line-undo">\(scan.undoForm(frame, next: next))</span></li>
            """
    }
}
