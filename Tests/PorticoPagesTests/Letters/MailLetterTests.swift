import PorticoPages
import PorticoTesting
import Testing

@Suite struct MailLetterTests {
    private func letter(_ value: String) -> MailLetter {
        MailLetter(
            "About \(value)", from: MailLetter.Office(name: "Bags \(value)", address: "https://bags.example/bags"),
            [
                .paragraph("Hello \(value),"), .paragraph("this is\non two lines."),
                .list(["one: \(value)", "two \(2)"]),
                .table(
                    LetterTable(
                        "By \(value)", heads: ["Person", "Bags", "Undone"], rows: [["\(value)", "1,200", "3"]])),
                .code("123456"), .button("Open \(value)", address: "https://bags.example/bags/a?b=c&d=e"),
                .link(address: "https://bags.example/bags/reset"),
            ], closing: "If it was not \(value), do nothing.")
    }

    @Test("a plain text as it is sent")
    func text() {
        #expect(
            letter("Asha").text == """
                Hello Asha,

                this is
                on two lines.

                one: Asha
                two 2

                By Asha
                Asha: Bags 1,200, Undone 3

                    123456

                https://bags.example/bags/a?b=c&d=e

                https://bags.example/bags/reset

                If it was not Asha, do nothing.

                --\u{20}
                Bags Asha
                https://bags.example/bags

                """)
        #expect(letter("Asha").subject == "About Asha")
    }

    @Test(
        "both forms say the same, whatever stands in a value",
        arguments: [
            "Asha", "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "Eve\r\n\r\nSend money\nto me",
            "a\u{2028}b\u{0}c\u{85}d", "\u{202E}gnp.exe\u{2066}x", "שרה", "नमस्ते", "&lt;b&gt;", "</title></style></bdi>",
            "-- \nEve",
        ])
    func sameInBoth(value: String) {
        let letter = letter(value)
        let (plain, seen) = (LetterWords.plain(letter.text), LetterWords.seen(letter.html.text))
        let more = LetterWords.plain("\(letter.subject) Open Person")
        #expect(plain.subtracting(seen) == [])
        #expect(seen.subtracting(plain).subtracting(more) == [])
    }

    @Test(
        "no value makes a tag, a line or a turn of direction",
        arguments: [
            "<script>alert(1)</script>", "\" onclick=\"x", "'><img src=x>", "a\r\nb", "a\nb", "a\rb", "a\u{2028}b",
            "a\u{85}b", "\u{202E}a\u{202D}\u{2067}b\u{200F}\u{061C}",
        ])
    func harmless(value: String) {
        let (letter, known) = (letter(value), letter("Asha"))
        #expect(LetterWords.tags(letter.html.text) == LetterWords.tags(known.html.text))
        let lines = letter.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == known.text.split(separator: "\n", omittingEmptySubsequences: false).count)
        let marks = letter.text.unicodeScalars + letter.html.text.unicodeScalars + letter.subject.unicodeScalars
        #expect(!marks.contains { (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value) })
        #expect(!letter.subject.contains { $0.isNewline })
    }

    @Test("values of other scripts are set apart, so that they turn nothing beside them")
    func isolates() {
        #expect(letter("שרה").html.text.contains("<p>Hello <bdi>שרה</bdi>,</p>"))
        #expect(letter("Asha").html.text.contains("<p>Hello Asha,</p>"))
    }

    @Test("the markup names its language, fits a phone, knows the dark, and loads nothing")
    func document() {
        let html = letter("Asha").html.text
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
        let parts = [
            "name=\"viewport\"", "prefers-color-scheme:dark", "<th scope=\"col\">Bags</th>", "<h1>About Asha</h1>",
        ]
        for part in parts {
            #expect(html.contains(part), "\(part)")
        }
        for loader in ["src=", "url(", "@import", "<link", "<script", "<img", "<iframe", "background="] {
            #expect(!html.contains(loader), "\(loader)")
        }
        #expect(html.contains("href=\"https://bags.example/bags/a?b=c&amp;d=e\""))
        var german = letter("Asha")
        german.language = "de\" onload=\"x"
        #expect(german.html.text.contains("<html lang=\"de&quot; onload=&quot;x\">"))
    }

    @Test("an address that is no page is shown, and can't be followed")
    func addresses() {
        let office = MailLetter.Office(name: "Bags", address: "javascript:alert(1)")
        let html = MailLetter("x", from: office, [.button("Go", address: "javascript:alert(2)")]).html.text
        #expect(!html.contains("href") && html.contains("javascript:alert(1)") && html.contains("javascript:alert(2)"))
    }
}
