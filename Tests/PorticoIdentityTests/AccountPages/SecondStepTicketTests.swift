import PorticoHTTP
import PorticoJSON
import PorticoPages
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SecondStepTicketTests {
    private let seal = SecretSeal(key: Office.keys().secondFactors)

    private func ticket(
        _ email: String = "asha@example.org", _ demand: Problem = SignIn.codeRequired, staysSignedIn: Bool = false
    ) async throws -> SecondStepTicket {
        var made: SecondStepTicket?
        try await withOffice(on: .sqlite) { office in
            var attempt = SignInAttempt(email: email, password: "x", address: "192.0.2.7")
            attempt.staysSignedIn = staysSignedIn
            made = SecondStepTicket(try await office.hire(), attempt, demand, at: Office.started)
        }
        return try #require(made)
    }

    @Test("comes back as it was, without showing whose it is", arguments: ["asha@example.org", "a\nb@x\ny"])
    func roundTrip(_ email: String) async throws {
        let ticket = try await ticket(email)
        let text = ticket.sealed(seal)
        #expect(SecondStepTicket(text, seal, at: Office.started) == ticket)
        #expect(text != ticket.sealed(seal))
        let bytes = try #require([UInt8](base64URL: text))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("example"))
    }

    @Test("is worth nothing when it is too old, changed, or sealed with another key")
    func worthless() async throws {
        let text = try await ticket().sealed(seal)
        #expect(SecondStepTicket(text, seal, at: Office.started + SecondStepTicket.lifetime - .milliseconds(1)) != nil)
        #expect(SecondStepTicket(text, seal, at: Office.started + SecondStepTicket.lifetime) == nil)
        #expect(SecondStepTicket(text, SecretSeal(key: Office.keys(8).secondFactors), at: Office.started) == nil)
        var bytes = try #require([UInt8](base64URL: text))
        bytes[30] ^= 1
        #expect(SecondStepTicket(bytes.base64URL, seal, at: Office.started) == nil)
        for text in ["", "x", "!!", "AAAA"] { #expect(SecondStepTicket(text, seal, at: Office.started) == nil) }
    }

    @Test("says how the code comes")
    func method() async throws {
        var demand = SignIn.codeRequired
        #expect(try await ticket("a@b", demand).way == .authenticator)
        demand.members = [(name: "method", value: "mail")]
        let ticket = try await ticket("a@b", demand)
        #expect(ticket.way == .mail && SecondStepTicket(ticket.sealed(seal), seal, at: Office.started) == ticket)
        let page = SecondStepPage(
            shell: PageShell(title: "", application: "Bags", mark: .sack, home: "/bags/", assets: AssetLinks { $0 }),
            mount: "/bags", csrfToken: "t", ticket: ticket, next: "/bags/"
        ).html.text
        #expect(page.contains("The six digits we have sent to your email address."))
        #expect(!page.contains("recovery_code") && page.contains("autocomplete=\"one-time-code\""))
    }

    @Test("says whether the session is to be kept, however the code comes", arguments: [false, true])
    func staysSignedIn(staysSignedIn: Bool) async throws {
        for way in [CodeWay.authenticator, .mail, .text(ending: "678")] {
            var demand = SignIn.codeRequired
            demand.members = way.members
            let ticket = try await ticket("a@b", demand, staysSignedIn: staysSignedIn)
            let opened = SecondStepTicket(ticket.sealed(seal), seal, at: Office.started)
            #expect(opened == ticket && opened?.way == way && opened?.staysSignedIn == staysSignedIn)
        }
    }

    @Test("wishes for nothing when it comes from a node that knows of no kept sessions", arguments: ["mail", ""])
    func older(_ mark: String) throws {
        let end = Office.started.milliseconds + 1
        let sealed = seal.seal(
            Array("7\n1\n\(end)\n\(mark)\nasha@example.org".utf8), for: "second step of signing in")
        let ticket = try #require(SecondStepTicket(sealed.base64URL, seal, at: Office.started))
        #expect(
            (ticket.way == .mail) == (mark == "mail") && !ticket.staysSignedIn && ticket.email == "asha@example.org")
    }

    @Test("is no secret of an authenticator that somebody put into the cookie")
    func otherPurpose() {
        let sealed = seal.seal(Array("1\n1\n9999999999999\n\nasha@example.org".utf8), for: SecondFactorStore.owner(1))
        #expect(SecondStepTicket(sealed.base64URL, seal, at: Office.started) == nil)
    }
}
