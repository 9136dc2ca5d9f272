import Testing

@testable import PorticoIdentity

@Suite struct EmailAddressTests {
    @Test(
        "takes addresses and trims the space around them",
        arguments: ["a@b", " asha.rao+x@mail.example.org\n", "ü@bücher.example"])
    func accepted(_ text: String) {
        #expect(EmailAddress(text) != nil)
    }

    @Test(
        "refuses what is none",
        arguments: [
            "", "asha", "@example.org", "asha@", "a@b@c", "as ha@example.org", "a\u{0}@b", "a@b\u{7F}", "<a@b>",
            "a@b,c@d",
            String(repeating: "a", count: 250) + "@b.cd",
        ])
    func refused(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test("has one key for all cases")
    func key() {
        #expect(EmailAddress("Asha.RAO@Example.org")?.key == "asha.rao@example.org")
        #expect(EmailAddress.key(of: " ASHA.rao@example.ORG ") == "asha.rao@example.org")
    }
}
