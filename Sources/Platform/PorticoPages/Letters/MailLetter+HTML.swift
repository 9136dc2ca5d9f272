/// The markup: one column that fits a phone, in the colours of the reader's choice. It loads nothing, and where a program
/// throws the style away it is still in order.
extension MailLetter {
    /// The letter as a document.
    public var html: HTML {
        let closing: HTML? = closing.map { "<p>\($0.html)</p>\n" }
        return """
            <!doctype html>
            <html lang="\(language)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(subject)</title>
            <style>\(MailLetter.style)</style>
            </head>
            <body>
            <main>
            <h1>\(title.html)</h1>
            \(blocks.map { "\($0.html)\n" as HTML })\(closing)<footer>
            <p>\(LetterText(value: office.name).html)<br>\(MailLetter.anchor(office.address))</p>
            </footer>
            </main>
            </body>
            </html>

            """
    }

    /// Contrast is 4.5 to 1 or better in light and in dark; what can be pressed is 44 pixels high.
    private static let style: HTML = """
        :root{color-scheme:light dark}
        body{margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;\
        color:#1c1c1c;background:#ffffff}
        main{max-width:36em;margin:0 auto;overflow-wrap:anywhere}
        h1{font-size:1.4em;line-height:1.3;margin:0 0 16px}
        h2{font-size:1.1em;margin:24px 0 8px}
        p,ul,table{margin:0 0 16px}
        a{color:#1d4ed8}
        table{border-collapse:collapse}
        th,td{text-align:left;vertical-align:top;padding:4px 16px 4px 0;font-weight:normal}
        th[scope=col]{font-weight:bold}
        footer{border-top:1px solid #8a8a8a;margin-top:32px;padding-top:16px;font-size:.9em}
        @media (prefers-color-scheme:dark){body{color:#ededed;background:#16181c}a{color:#9dbcff}}
        """

    /// An address that can be followed; one that leads somewhere else than to a page is shown only.
    fileprivate static func anchor(_ address: String) -> HTML {
        let address = LetterText.line(address)
        guard isWeb(address) else { return "\(address)" }
        return "<a href=\"\(address)\">\(address)</a>"
    }

    fileprivate static func isWeb(_ address: String) -> Bool {
        address.hasPrefix("https://") || address.hasPrefix("http://")
    }
}

extension MailLetter.Block {
    /// What must look right everywhere has its style on itself.
    private static let buttonStyle: HTML = """
        display:inline-block;padding:10px 20px;border-radius:6px;background:#1d4ed8;color:#ffffff;font-weight:bold;\
        text-decoration:none
        """
    private static let codeStyle: HTML = "font-size:2em;letter-spacing:.15em;font-weight:bold"

    fileprivate var html: HTML {
        switch self {
        case .paragraph(let text): "<p>\(text.html)</p>"
        case .list(let lines): "<ul>\(lines.map { "<li>\($0.html)</li>" as HTML })</ul>"
        case .table(let table): table.html
        case .code(let code): "<p><code style=\"\(Self.codeStyle)\">\(LetterText.line(code))</code></p>"
        case .button(let label, let address): "\(Self.button(label, address))<p>\(MailLetter.anchor(address))</p>"
        case .link(let address): "<p>\(MailLetter.anchor(address))</p>"
        }
    }

    private static func button(_ label: LetterText, _ address: String) -> HTML {
        guard MailLetter.isWeb(address) else { return .empty }
        return "<p><a href=\"\(LetterText.line(address))\" style=\"\(buttonStyle)\">\(label.html)</a></p>\n"
    }
}
