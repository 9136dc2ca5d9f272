import Testing

@testable import PorticoJobs

@Suite struct MailEncodingTests {
    @Test(
        "a line ends once, however its end is written",
        arguments: [
            ("a\r\nb", "a\r\nb\r\n"), ("a\nb", "a\r\nb\r\n"), ("a\rb", "a\r\nb\r\n"),
            ("a\r\r\n\nb", "a\r\n\r\n\r\nb\r\n"), ("a\n\rb", "a\r\n\r\nb\r\n"),
        ])
    func lineEnds(text: String, body: String) {
        let sent = MailEncoding.text(text)
        #expect(sent.kind == .plain)
        #expect(Array(sent.body.utf8) == Array(body.utf8))
    }
}
