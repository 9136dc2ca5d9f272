import PorticoPages
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
            let forms = [letter.text, letter.html?.text ?? ""]
            let addresses = forms.flatMap { $0.split(separator: "https://").dropFirst() }
            #expect(addresses.count >= 6 && addresses.allSatisfy { $0.hasPrefix("bags.example/bags") })
        }
    }

    private func all(_ name: String = "Asha", new: String = "new@example.org") throws -> [PersonalMail] {
        let (to, token) = ("a@example.org", SessionToken())
        return [
            letters.code("123456", to: to, lasting: .minutes(7)), letters.resetLink(token, to: to, lasting: .hours(1)),
            letters.signInLink(token, to: to, lasting: .minutes(15)), letters.noSignInLink(to: to),
            letters.addressLink(token, to: to, lasting: .hours(1)), letters.addressTaken(to: to),
            letters.addressAsked(new, to: to), letters.addressChanged(new, to: to), letters.closed(to: to),
            letters.passwordChanged(to: to), letters.locked(to: to, after: 5, lasting: .minutes(15)),
            letters.phoneAdded(try #require(PhoneNumber("+919812345678")), to: to), letters.phoneRemoved(to: to),
            letters.invitation(token, to: to, name: name, lasting: .days(7)),
        ]
    }

    @Test("every letter has a text and a document, which say the same")
    func forms() throws {
        let letters = try all()
        #expect(Set(letters.map(\.kind)).count == letters.count)
        for letter in letters {
            let html = try #require(letter.html, "\(letter.kind)").text
            let (plain, seen) = (LetterWords.plain(letter.text), LetterWords.seen(html))
            // The heading is the subject; what stands on a button is an invitation to its address.
            let more = LetterWords.plain("\(letter.subject) Choose your a new password Sign in Confirm this address")
            #expect(plain.subtracting(seen) == [], "\(letter.kind)")
            #expect(seen.subtracting(plain).subtracting(more) == [], "\(letter.kind)")
            #expect(letter.text.hasSuffix("\n-- \nBag tracking\nhttps://bags.example/bags\n"), "\(letter.kind)")
        }
    }

    @Test(
        "no name and no address breaks a letter",
        arguments: [
            "<script>alert(1)</script>", "Eve\r\n\r\nhttps://evil.example", "\u{202E}Asha\u{2066}", "\"><img src=x>",
        ])
    func hostile(name: String) throws {
        for (letter, known) in zip(try all(name, new: name), try all()) {
            let (html, knownHTML) = (letter.html?.text ?? "", known.html?.text ?? "")
            #expect(LetterWords.tags(html).count == LetterWords.tags(knownHTML).count, "\(letter.kind)")
            #expect(
                letter.text.split(separator: "\n", omittingEmptySubsequences: false).count
                    == known.text.split(separator: "\n", omittingEmptySubsequences: false).count, "\(letter.kind)")
            #expect(!(letter.text + html).unicodeScalars.contains { [0x202E, 0x2066].contains($0.value) })
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
