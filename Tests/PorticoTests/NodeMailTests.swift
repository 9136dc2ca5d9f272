import Logging
import PorticoTesting
import Testing

@testable import Portico

@Suite("How the mails of a node leave it", .timeLimit(.minutes(2)))
struct NodeMailTests {
    private func mail(_ flags: [(key: String, value: String)]) throws -> NodeMail {
        try NodeMail(
            try Settings(PlatformSettings.declarations, flags: flags), clock: Clock(standingAt: Instant(seconds: 0)),
            publicURL: "https://bags.example.org")
    }

    @Test("mails of identity arrive with both forms", arguments: TestEngine.available)
    func forms(engine: TestEngine) async throws {
        let components = [JobSchema.component, MailSchema.component]
        try await withTestDatabase(on: engine, components: components) { test in
            let mails = MailQueue(
                jobs: JobQueue(clock: Clock(standingAt: Instant(seconds: 1000))),
                sender: try MailAddress("office@example.org"), transport: OutboxTransport())
            let queue = PersonalMails(mails: mails, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let office = MailLetter.Office(name: "Bags", address: "https://bags.example/bags")
            let name = "<Asha>"
            let letter = MailLetter("Hello", from: office, [.paragraph("Hello \(name),")])
            try await test.database.write { transaction in
                try queue.enqueue(PersonalMail(to: "asha@example.org", letter, kind: "test"), in: transaction)
            }
            let kept = try await test.database.read { try mails.outbox(in: $0) }
            let mail = try #require(kept.first)
            #expect(mail.subject == "Hello" && mail.text == letter.text && mail.html == letter.html.text)
            #expect(mail.html?.contains("&lt;Asha&gt;") == true)
        }
    }

    @Test(
        "calls itself by its name of the setting, of the machine, or of its address",
        arguments: [
            ("app.example.org", "box", "https://bags.example.org", "app.example.org"),
            ("", "box.example.net", "https://bags.example.org", "box.example.net"),
            ("", "box", "https://bags.example.org:8443", "bags.example.org"), ("", "", "http://bags", "bags"),
            ("", "box_1.example", "http://192.0.2.1:8080", "[192.0.2.1]"),
            ("", "box", "http://[2001:db8::1]:8080", "[IPv6:2001:db8::1]"), ("", "box", "http://-:80", "localhost"),
        ])
    func names(setting: String, machine: String, url: String, name: String) throws {
        #expect(try HelloName.choose(setting, machine: machine, publicURL: url) == name)
    }

    @Test(
        "refuses what is no name, and does not start with it",
        arguments: ["a b", "a/b", "-a", "a..b", "a\r\nQUIT", "ä.de"])
    func refusesNames(setting: String) throws {
        let mistake = #expect(throws: Settings.Mistake.self) { try mail([(key: "mail.hello_name", value: setting)]) }
        #expect(mistake?.description.hasPrefix("mail.hello_name: ") == true)
    }

    @Test("does not start without the certificates that it is to believe")
    func authorities() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let flags = [(key: "mail.authorities_file", value: folder.file("missing"))]
        let mistake = #expect(throws: Settings.Mistake.self) { try mail(flags) }
        #expect(mistake?.description.hasPrefix("mail.authorities_file: ") == true)
        _ = try mail([])
    }
}
