import PorticoHTTP
import PorticoPages

/// What a mail says in markup, as a document that may do nothing but look as it does: no script, no form, nothing loaded
/// from anywhere, an origin of its own. Only pages of this site may frame it. Its links open pages of their own.
struct MailMarkup {
    let html: String

    /// Where the frame may lead: to pages of their own, when somebody follows a link.
    static let sandbox = "allow-popups allow-popups-to-escape-sandbox"

    /// Mails carry their styles in attributes, which is harmless where nothing is loaded.
    private static let policy = """
        default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'self'; sandbox \(sandbox)
        """

    var response: Response {
        let document: HTML = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><base target="_blank"><title>Mail</title></head>
            <body>\(HTML(trusted: html))</body></html>
            """
        return Response(
            .ok,
            headers: [
                "content-type": "text/html; charset=utf-8", "content-security-policy": MailMarkup.policy,
                "x-frame-options": "SAMEORIGIN", "referrer-policy": "no-referrer",
            ], body: .bytes(Array(document.text.utf8)))
    }
}
