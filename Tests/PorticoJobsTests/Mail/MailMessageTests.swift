import PorticoPages
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite struct MailMessageTests {
    private func text(_ mail: Mail, from name: String? = nil) throws -> String {
        let message = MailMessage(
            mail: mail, from: try MailAddress("office@example.org", name: name), date: Instant(seconds: 1_790_000_000),
            id: "1@example.org", boundary: "b")
        return String(decoding: message.bytes, as: UTF8.self)
    }

    private func mail(
        _ subject: String = "Hello", name: String? = nil, text: String = "Hi", html: String? = nil,
        attachments: [MailAttachment] = []
    ) throws -> Mail {
        Mail(
            to: try MailAddress("asha@example.org", name: name), subject: subject, text: text,
            html: html.map { .init(trusted: $0) }, attachments: attachments)
    }

    @Test("a plain mail")
    func writesPlain() throws {
        #expect(
            try text(mail()) == """
                Date: Mon, 21 Sep 2026 14:13:20 +0000\r
                From: office@example.org\r
                To: asha@example.org\r
                Subject: Hello\r
                Message-ID:\r
                 <1@example.org>\r
                MIME-Version: 1.0\r
                Auto-Submitted: auto-generated\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                Hi\r

                """)
    }

    @Test("text and markup are alternatives, files go beside them")
    func writesParts() throws {
        let file = MailAttachment(name: "report.pdf", mediaType: "application/pdf", content: [1, 2, 3])
        let message = try text(mail(html: "<p>Hi</p>", attachments: [file]))
        let order = [
            "multipart/mixed;\r\n boundary=\"=_1_b\"", "--=_1_b\r\n", "multipart/alternative;\r\n boundary=\"=_2_b\"",
            "--=_2_b\r\nContent-Type: text/plain", "--=_2_b\r\nContent-Type: text/html", "<p>Hi</p>", "--=_2_b--",
            "--=_1_b\r\nContent-Type: application/pdf", "filename*=UTF-8''report.pdf\r\n", "AQID\r\n", "--=_1_b--\r\n",
        ]
        var rest = message[...]
        for piece in order {
            let found = try #require(rest.firstRange(of: piece), "\(piece)")
            rest = rest[found.upperBound...]
        }
        #expect(rest.isEmpty)
    }

    @Test(
        "no value begins another header",
        arguments: [
            "Hi\r\nBcc: all@example.org", "Hi\nBcc: all@example.org", "Hi\rBcc: x", "Hi\u{2028}Bcc: x", "\r\n\r\nBody",
            "Hi\u{0}Bcc: x", "Hi\u{85}Bcc: x",
        ])
    func neutralises(value: String) throws {
        let file = MailAttachment(name: value, mediaType: "text/plain\r\nBcc: x", content: [])
        let message = try text(mail(value, name: value, attachments: [file]), from: value)
        #expect(!message.contains("\nBcc") && !message.contains("\rBcc"))
        #expect(message.contains("Content-Type: application/octet-stream\r\n"))
    }

    @Test("subjects and names beyond ASCII become encoded words that cut no character")
    func encodesWords() throws {
        #expect(MailHeader.text("Subject", "Grüße") == "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n")
        #expect(MailHeader.text("Subject", "=?UTF-8?B?x?=").contains("=?UTF-8?B?PT9VVEYtOD9CP3g/PQ==?="))
        let long = MailHeader.text("Subject", String(repeating: "नमस्ते ", count: 30))
        let lines = long.split(separator: "\r\n")
        #expect(lines.count > 3 && lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(" =?UTF-8?B?") && $0.hasSuffix("?=") })
        let plain = MailHeader.text("Subject", String(repeating: "word ", count: 40))
        #expect(plain.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
    }

    @Test("names are quoted, and longer or foreign ones encoded")
    func writesNames() throws {
        let quoted = MailHeader.address("To", try MailAddress("a@b.c", name: #"O"Neil\ (x)"#))
        #expect(quoted == "To: \"O\\\"Neil\\\\ (x)\"\r\n <a@b.c>\r\n")
        #expect(
            MailHeader.address("To", try MailAddress("a@b.c", name: "Ása"))
                == "To: =?UTF-8?B?w4FzYQ==?=\r\n <a@b.c>\r\n")
        #expect(MailHeader.address("To", try MailAddress("a@b.c", name: "")) == "To: a@b.c\r\n")
    }

    @Test("long names of files stand in numbered pieces")
    func splitsFileNames() {
        let header = MailHeader.attachment(String(repeating: "ü", count: 30) + "/../x.pdf")
        #expect(header.contains(" filename*0*=UTF-8''%C3%BC") && header.contains(";\r\n filename*1*=%C3"))
        #expect(header.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 } && !header.contains("/"))
    }

    @Test("bodies travel in the encoding that suits them")
    func choosesEncodings() {
        #expect(MailEncoding.text("a\nb\r\nc\rd").kind == .plain)
        #expect(MailEncoding.text("a\nb\r\nc\rd").body == "a\r\nb\r\nc\r\nd\r\n")
        let mixed = MailEncoding.text("Grüße aus Köln, 1=1 \nEnde")
        #expect(mixed.kind == .quotedPrintable && mixed.body == "Gr=C3=BC=C3=9Fe aus K=C3=B6ln, 1=3D1=20\r\nEnde\r\n")
        let long = MailEncoding.text(String(repeating: "x", count: 400))
        #expect(long.kind == .quotedPrintable && long.body.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
        let foreign = MailEncoding.text(String(repeating: "नमस्ते ", count: 30))
        #expect(foreign.kind == .base64 && foreign.body.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
        #expect(MailEncoding.text("").body == "\r\n")
    }

    @Test(
        "base64 as the standard has it",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func encodesBase64(text: String, expected: String) {
        #expect(MailEncoding.base64(Array(text.utf8)) == expected)
    }

    @Test(
        "takes addresses that mail can be sent to",
        arguments: [
            "a@b", "first.last+tag@sub.example.org", "o'neil@example.org", "x_y-z@a-b.example",
        ])
    func takesAddresses(text: String) throws {
        #expect(try MailAddress(text).address == text)
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "", "a", "@b", "a@", "a@b@c", "a b@c.d", "a@b c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a@b>", "a,b@c.d",
            ".a@b.c",
            "a.@b.c", "a..b@c.d", "a@.b", "a@b..c", "a@-b", "ä@b.c", "a@ä.de", "\"a\"@b.c", "a@b;c",
            String(repeating: "a", count: 65) + "@b.c", "a@" + String(repeating: "b.", count: 130) + "c",
        ])
    func refusesAddresses(text: String) {
        #expect(throws: MailAddressError.self) { try MailAddress(text) }
    }
}
