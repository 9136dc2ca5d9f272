import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AccountLettersTests {
    private let letters = AccountLetters(
        AccountMail(queue: RecordingQueue(), publicURL: "https://bags.example", title: "Bag tracking"),
        application: "bags")

    @Test("links to the application below the configured address, and nowhere else")
    func links() {
        let token = SessionToken()
        let reset = letters.resetLink(token, to: "a@example.org", lasting: .hours(1))
        #expect(reset.text.contains("\nhttps://bags.example/bags/reset?token=\(token.text)\n"))
        let invitation = letters.invitation(token, to: "a@example.org", name: "Asha", lasting: .days(7))
        #expect(invitation.text.contains("\nhttps://bags.example/bags/invitation?token=\(token.text)\n"))
        for letter in [reset, invitation, letters.passwordChanged(to: "a@example.org")] {
            #expect(letter.text.split(separator: "https://").count == 2 && letter.html == nil)
        }
    }

    @Test("keeps subjects free of codes, tokens and names")
    func subjects() {
        let token = SessionToken()
        let mails = [
            letters.code("123456", to: "a@example.org", lasting: .minutes(7)),
            letters.resetLink(token, to: "a@example.org", lasting: .hours(1)),
            letters.invitation(token, to: "a@example.org", name: "Asha", lasting: .days(7)),
            letters.passwordChanged(to: "a@example.org"),
        ]
        for mail in mails {
            #expect(mail.to == "a@example.org" && mail.kind.hasPrefix("account."))
            #expect(!mail.subject.contains("123456") && !mail.subject.contains(token.text))
            #expect(!mail.subject.contains("Asha") && !mail.subject.contains("\n"))
        }
    }

    @Test("puts names in one line, however they were typed")
    func names() {
        let mail = letters.invitation(
            SessionToken(), to: "a@example.org", name: "Asha\r\n\nSend money to\u{2028}Eve", lasting: .days(7))
        #expect(mail.text.hasPrefix("Hello Asha  Send money to Eve,\n"))
    }
}
