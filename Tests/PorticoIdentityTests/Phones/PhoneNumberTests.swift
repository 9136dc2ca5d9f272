import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct PhoneNumberTests {
    @Test(
        "takes out spaces, dashes and brackets",
        arguments: [
            "+919812345678", "+91 98123 45678", " +91 (98123) 45-678 ", "+91–98123–45678", "+[91]\u{00A0}9812345678",
        ])
    func ornaments(typed: String) {
        #expect(PhoneNumber(typed)?.text == "+919812345678")
    }

    @Test("takes 8 to 15 digits", arguments: [(7, false), (8, true), (15, true), (16, false)])
    func length(digits: Int, isNumber: Bool) {
        #expect((PhoneNumber("+" + String(repeating: "4", count: digits)) != nil) == isNumber)
    }

    @Test(
        "refuses what nobody can dial from everywhere",
        arguments: [
            "", "+", "9812345678", "00919812345678", "+0919812345678", "+91 98123 4567x", "++919812345678",
            "+91+9812345678", "+९१९८१२३४५६७८", "+91.98123.45678", "919812345678+", "+91981234\u{0}5678",
        ])
    func refuses(typed: String) {
        #expect(PhoneNumber(typed) == nil)
    }

    @Test(
        "hides all but the code of the country and the last digits",
        arguments: [
            ("+919812345678", "+91 •••• 678"), ("+14155550123", "+1 •••• 123"), ("+79031234567", "+7 •••• 567"),
            ("+442079460123", "+44 •••• 123"), ("+353871234567", "+353 •••• 567"), ("+8801712345678", "+880 •••• 678"),
        ])
    func hidden(text: String, shown: String) throws {
        let number = try #require(PhoneNumber(text))
        #expect(number.hidden == shown && "\(number)" == shown && number.ending == String(text.suffix(3)))
        let message = TextMessage(
            to: number, text: "123456", kind: "account.code", accountID: 1, expiresAt: Office.started)
        #expect(!"\(message)".contains("123456") && !"\(message)".contains(text.dropFirst()))
    }

    @Test("says a code in one message of 160 plain characters, the code first")
    func words() {
        let texts = AccountTexts(queue: RecordingTexts(), title: "Bag tracking")
        let words = texts.words("012345", lasting: .minutes(7))
        #expect(words.hasPrefix("012345 ") && words.contains("7 minutes"))
        #expect(words.utf8.count <= 160 && words.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }
}
