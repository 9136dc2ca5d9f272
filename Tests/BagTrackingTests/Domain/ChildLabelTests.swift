import Portico
import Testing

@testable import BagTracking

@Suite("Rule R4: bag codes")
struct ChildCodeTests {
    @Test(
        "takes letters and digits, leading zeros included",
        arguments: ["0001", "1234567", "A1B2", "ABCDEFGHIJ0123456789", "SBX12", "0001234"])
    func takes(code: String) throws {
        let label = try ChildLabel.parse(code.lowercased(), catalog: builtInCatalog) { _ in false }
        #expect(label == ChildLabel(code: code, lot: nil, testDate: nil, warnings: []))
    }

    @Test(
        "checks the kind, then the likeness to a sack, then the form",
        arguments: [
            ("SB00001", "wrong_kind"),
            ("M444-00001", "wrong_kind"),
            ("106141412345678908", "wrong_kind"),
            ("106141412345678900", "wrong_kind"),
            ("00106141412345678908", "wrong_kind"),
            ("(00)106141412345678908", "wrong_kind"),
            ("https://id.gs1.org/00/106141412345678908", "wrong_kind"),
            ("SB1234", "looks_like_parent"),
            ("SB123456", "looks_like_parent"),
            ("SB-12345", "looks_like_parent"),
            ("S-B-1", "looks_like_parent"),
            ("-SB12345", "looks_like_parent"),
            ("M44412345", "looks_like_parent"),
            ("M4441", "looks_like_parent"),
            ("SB", "invalid_child_code"),
            ("M444-", "invalid_child_code"),
            ("ABC", "invalid_child_code"),
            ("ABCDEFGHIJ01234567890", "invalid_child_code"),
            ("12-34", "invalid_child_code"),
            ("12 34", "invalid_child_code"),
            ("1234é", "invalid_child_code"),
            ("", "invalid_child_code"),
            ("<script>", "invalid_child_code"),
            ("1'; DROP TABLE bags--", "invalid_child_code"),
            ("🌾🌾🌾🌾", "invalid_child_code"),
        ])
    func refuses(code: String, expected: String) {
        #expect(childError(code)?.code == expected)
    }

    @Test("a code that is already a bag may look like a sack")
    func knownChild() {
        #expect(childError("SB1234", known: ["SB1234"]) == nil)
        #expect(childError("SB12345", known: ["SB12345"])?.code == "wrong_kind")
        #expect(childError("SB-1234", known: ["SB-1234"])?.code == "invalid_child_code")
    }

    @Test(
        "says what is wrong with a bag code",
        arguments: [
            ("SB00001", "SB00001 is a sack"), ("SB1234", "Mustard sacks have SB and 5 digits"),
            ("12-34", "contains “-”"), ("ABC", "has 3 characters"), ("", "No code was read"),
            ("LABEL NO 123", "Expected LABEL NO and 4 to 17 digits"),
        ])
    func explains(code: String, hint: String) {
        #expect(childError(code)?.detail.contains(hint) == true)
    }

    @Test("shortens what it quotes")
    func quotes() {
        #expect(CodeError.quote("a\nb") == "a b")
        #expect(CodeError.quote(String(repeating: "x", count: 41)) == String(repeating: "x", count: 40) + "…")
    }
}

@Suite("Rule R5: printed labels")
struct ChildLabelTests {
    private func label(_ text: String) throws -> ChildLabel {
        try ChildLabel.parse(text, catalog: builtInCatalog) { _ in false }
    }

    @Test("reads code, lot and date of test from a full label")
    func full() throws {
        let read = try label(
            "]Q1Label No.: 1234567\r\nCrop: Mustard\r\nLot No.: mus/2025/001\r\nD.O.T.: 05/03/2025\r\n")
        #expect(read.code == "1234567")
        #expect(read.lot == "MUS/2025/001")
        #expect(read.testDate == CalendarDate(year: 2025, month: 3, day: 5))
        #expect(read.warnings.isEmpty)
    }

    @Test(
        "accepts every way to print the number",
        arguments: [
            "LABEL NO 12345", "LABELNO12345", "LABEL NO.12345", "LABEL  NO . : 12345", "LABEL\tNO.:\n12345",
            "LABEL NO:12345", "Label no. 12345 anything", "LABEL NO\u{A0}12345",
        ])
    func numbers(text: String) throws {
        if text.contains(" . ") {
            #expect(childError(text)?.code == "invalid_child_code")
        } else {
            #expect(try label(text).code == "12345")
        }
    }

    @Test("takes 4 to 17 digits followed by white space or nothing")
    func digits() throws {
        #expect(try label("LABEL NO 1234").code == "1234")
        #expect(try label("LABEL NO 12345678901234567").code == "12345678901234567")
        for text in [
            "LABEL NO 123", "LABEL NO 123456789012345678", "LABEL NO 1234,", "LABEL NO 1234A", "LABEL 1234",
            "XLABEL NO 1234", "LABEL NO", "LABEL NO: ABCD",
        ] {
            #expect(childError(text)?.code == "invalid_child_code", "\(text)")
        }
    }

    @Test(
        "finds the lot",
        arguments: [
            ("LABEL NO 1234 LOT NO A1", "A1"),
            ("LABEL NO 1234\nLOTNO:A1", "A1"),
            ("LABEL NO 1234 LOT NO.: A1 B2", "A1"),
            ("LABEL NO 1234 LOT  NO . A1", "."),
            ("LABEL NO 1234 SLOT NO X LOT NO Y", "Y"),
            ("LABEL NO 1234 LOT NO X LOT NO Y", "X"),
            ("LABEL NO 1234 LOT 7 LOT NO 8", "8"),
            ("LABEL NO 1234 LOT NO:", nil),
            ("LABEL NO 1234 LOT", nil),
            ("LABEL NO 1234", nil),
        ] as [(String, String?)])
    func lots(text: String, lot: String?) throws {
        #expect(try label(text).lot == lot)
    }

    @Test("cuts a lot at 40 characters")
    func longLot() throws {
        #expect(try label("LABEL NO 1234 LOT NO " + String(repeating: "L", count: 41)).lot?.count == 40)
    }

    @Test(
        "reads the date of test in its five forms",
        arguments: [
            ("D.O.T.: 05/03/2025", "2025-03-05"), ("D.O.T 05-03-2025", "2025-03-05"), ("DOT:05.03.2025", "2025-03-05"),
            ("D.OT. : 05/03/25", "2025-03-05"), ("DOT 2025-03-05", "2025-03-05"), ("DOT 29/02/2024", "2024-02-29"),
        ])
    func dates(field: String, expected: String) throws {
        let read = try label("LABEL NO 1234 \(field)")
        #expect(read.testDate?.text == expected)
        #expect(read.warnings.isEmpty)
    }

    @Test(
        "warns of a date that is none",
        arguments: [
            "30/02/2025", "29/02/2025", "05-03-25", "05/03-2025", "2025/03/05", "1/3/2025", "UNKNOWN", "00/01/2025",
            "05/13/2025", "5/3/25",
        ])
    func unreadable(date: String) throws {
        let read = try label("LABEL NO 1234 LOT NO A D.O.T.: \(date)")
        #expect(read.testDate == nil)
        #expect(read.lot == "A")
        #expect(read.warnings == [.testDateUnreadable])
    }

    @Test("no date, no warning", arguments: ["", "D.O.T.:", "DOT 1/1", "ADOT 05/03/2025", "D..O.T. 05/03/2025"])
    func absent(field: String) throws {
        let read = try label("LABEL NO 1234 \(field)")
        #expect(read.testDate == nil)
        #expect(read.warnings.isEmpty)
    }

    @Test("a date too short to be one counts with its colon, as the expression would read it")
    func shortDate() throws {
        #expect(try label("LABEL NO 1234 DOT:12/03").warnings == [.testDateUnreadable])
        #expect(try label("LABEL NO 1234 DOT: 12/03").warnings.isEmpty)
    }

    @Test("keeps the first sight, fills what is missing, and lets another lot change nothing")
    func keeping() throws {
        let day = try #require(CalendarDate("2025-03-05"))
        let other = try #require(CalendarDate("2025-04-01"))
        let read = ChildLabel(code: "1234", lot: "A", testDate: day, warnings: [])
        let fresh = LabelKeeping(lot: nil, testDate: nil, reading: read)
        #expect(fresh.lot == "A" && fresh.testDate == day && fresh.warnings.isEmpty)
        let filled = LabelKeeping(lot: "A", testDate: nil, reading: read)
        #expect(filled.testDate == day && filled.warnings.isEmpty)
        let kept = LabelKeeping(lot: nil, testDate: other, reading: read)
        #expect(kept.lot == "A" && kept.testDate == other)
        let differing = LabelKeeping(lot: "B", testDate: nil, reading: read)
        #expect(differing.lot == "B" && differing.testDate == nil && differing.warnings == [.lotDiffers])
        let bare = ChildLabel(code: "1234", lot: nil, testDate: nil, warnings: [])
        #expect(LabelKeeping(lot: "B", testDate: other, reading: bare).warnings.isEmpty)
    }
}
