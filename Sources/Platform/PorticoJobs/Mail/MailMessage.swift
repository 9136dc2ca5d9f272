import PorticoPages
import PorticoValues

/// The bytes of a mail as servers pass it on (RFC 5322, RFC 2045). The same values give the same bytes.
struct MailMessage {
    let mail: Mail
    let from: MailAddress
    let date: Instant
    /// Stands between angle brackets; the same for every try, so that receivers can tell a repetition.
    let id: String
    /// What no line of a part begins with: it holds `=_`, which no encoded line does, and chance.
    let boundary: String

    /// An id at the sender's domain.
    static func newID(for sender: MailAddress, at now: Instant) -> String {
        let domain = sender.address.split(separator: "@").last.map(String.init) ?? "localhost"
        return "\(UUIDv7(at: now))@\(domain)"
    }

    /// All of it, with CRLF at every line's end.
    var bytes: [UInt8] {
        let head =
            "Date: \(MailHeader.date(date))\r\n" + MailHeader.address("From", from) + MailHeader.address("To", mail.to)
            + MailHeader.text("Subject", mail.subject)
            + "Message-ID:\r\n <\(id)>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
        return Array((head + content).utf8)
    }

    private var content: String {
        guard !mail.attachments.isEmpty else { return body }
        return multipart("mixed", [body] + mail.attachments.map { attachment($0) }, level: 1)
    }

    /// Readers show the last alternative they understand.
    private var body: String {
        let text = part("plain", mail.text)
        guard let html = mail.html else { return text }
        return multipart("alternative", [text, part("html", html.text)], level: 2)
    }

    private func part(_ kind: String, _ text: String) -> String {
        let (encoding, body) = MailEncoding.text(text)
        return """
            Content-Type: text/\(kind); charset=utf-8\r
            Content-Transfer-Encoding: \(encoding.rawValue)\r
            \r
            \(body)
            """
    }

    private func attachment(_ file: MailAttachment) -> String {
        """
        Content-Type: \(file.mediaType)\r
        Content-Transfer-Encoding: base64\r
        \(MailHeader.attachment(file.name))\r
        \(MailEncoding.lined(MailEncoding.base64(file.content)))
        """
    }

    private func multipart(_ kind: String, _ parts: [String], level: Int) -> String {
        let mark = "=_\(level)_\(boundary)"
        let joined = parts.map { "--\(mark)\r\n\($0)" }.joined()
        return "Content-Type: multipart/\(kind);\r\n boundary=\"\(mark)\"\r\n\r\n\(joined)--\(mark)--\r\n"
    }
}
