import Testing

@testable import PorticoIdentity

/// What is guessed first is refused, however it is dressed up; phrases and chance are let through.
@Suite struct CommonPasswordsTests {
    private func refusal(_ password: String, email: String = "ravi@example.org") -> PasswordPolicy.Refusal? {
        PasswordPolicy.refusal(of: password, email: email)
    }

    @Test(
        "refuses a common word, whatever is put in front of it and behind it",
        arguments: [
            "Password1!", "Summer2025!", "!!Welcome99", "India@2026", "Krishna@123", "Bharat#1947", "Flamengo#10",
            "2024-Corinthians", "Saudade1!", "Senha@123", "Dragon_1990", "Liverpool.2024", "Monday-123", "Sommer2026!",
            "Michael1987!", "Admin@12345", "Changeme#1",
        ])
    func decorated(_ password: String) {
        #expect(refusal(password) == .common)
    }

    @Test(
        "refuses it with signs, digits and marked letters in the place of letters",
        arguments: [
            "P@ssw0rd!", "P@$$w0rd1", "Pa55word!", "W3lc0me!1", "$unsh1ne-A", "C0r1nth1an$", "L3tm31n!",
            "M0nk3y!!7", "Saudadé-1", "Brásil@2026",
        ])
    func substituted(_ password: String) {
        #expect(refusal(password) == .common)
    }

    @Test(
        "counts once what is said several times",
        arguments: [
            "passwordpassword", "hellohellohello", "Summer1!Summer1!", "Flamengo1Flamengo1", "Aa1!Aa1!Aa1!",
            "abababababababab", "111111111111111",
        ])
    func repeated(_ password: String) {
        #expect(refusal(password) == .common)
    }

    @Test(
        "refuses runs of keys: alphabet, digits, rows and columns of keyboards, also one after another or mixed",
        arguments: [
            "Abcd-1234", "Aa@123456", "123456789012345", "987654321987654", "147258369147258", "abcdefghijklmnop",
            "qwertyuiop12345", "1234567890qwertyuiop", "Asdf!2345", "Zxcvbn123!", "Poiuy@09876", "Qwer!@#$1234",
            "1qaz@WSX", "!QAZ2wsx", "zaq1ZAQ!", "1qaz2wsx3edc4rfv", "qweasdzxc123456", "1q2w3e4r5t6y7u8i",
            "q1w2e3r4t5y6u7i8", "a1b2c3d4e5f6g7h8",
        ])
    func runs(_ password: String) {
        #expect(refusal(password) == .common)
    }

    @Test(
        "refuses what the words of the place make up: the product, its applications, the organisation",
        arguments: [
            "Portico-2026!", "PorticoBags1!", "portico-bags-live", "P0rt1co@123", "Transparency-1!", "Bags-tracking-7",
            "Portico-admin-1", "Example-2026!", "Example.Portico1",
        ])
    func context(_ password: String) {
        #expect(refusal(password) == .common)
    }

    @Test("takes the words of the place from the address, too", arguments: ["Ginni-Mills-2026", "Vaidyanathan-31!"])
    func address(_ password: String) {
        #expect(refusal(password, email: "asha.vaidyanathan@ginni-mills.co.in") == .common)
        #expect(refusal(password, email: "ravi@example.org") == nil)
    }

    @Test("refuses two common words and nothing else", arguments: ["dragonliverpool", "sunshineprincess"])
    func twoWords(_ password: String) {
        #expect(refusal(password) == .common)
    }

    @Test(
        "lets phrases through, of rare words or of three common ones",
        arguments: [
            "correct horse battery staple", "umbrella-river-candle-9", "sunshine tractor lawnmower",
            "mango tractor violin", "summer-monkey-dragon", "sunshine-tractor", "three quiet owls read",
            "portico lorry needle violin",
            "chuva fina no telhado velho", "Kaffeetasse neben Schraubstock",
        ])
    func phrases(_ password: String) {
        #expect(refusal(password) == nil)
    }

    @Test(
        "lets chance through",
        arguments: ["Rt5$hLw8", "bW4&nyTq", "gdkw-Mq27", "k7#Vq2!mZx9w", "x9D!uPq3-fKz", "zkqvwmxhtbdnrjfp"])
    func chance(_ password: String) {
        #expect(refusal(password) == nil)
    }

    @Test("refuses more than 3,000 different passwords that have the length and the classes asked for")
    func extent() {
        let endings = ["123!", "@123", "1234!", "2026!", "#2026", "!789", "@007", "-99!"]
        let passwords = Set(
            CommonWords.all.prefix(500).flatMap { word in
                endings.map { "\(word.prefix(1).uppercased())\(word.dropFirst())\($0)" }
            })
        #expect(passwords.count > 3000)
        let allowed = passwords.filter { refusal($0) != .common }
        #expect(allowed.isEmpty, "\(allowed)")
    }

    @Test("does not look at more than 64 characters")
    func length() {
        let longest = String(repeating: "password", count: 8)
        #expect(refusal(longest) == .common)
        #expect(refusal(longest + "x") == nil)
    }

    @Test("keeps its words once each, in small letters without marks, four or more")
    func words() {
        let words = CommonWords.all
        #expect(Set(words).count == words.count)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        #expect(words.allSatisfy { $0.utf8.count >= 4 && $0.utf8.allSatisfy { letters.contains($0) } })
    }
}
