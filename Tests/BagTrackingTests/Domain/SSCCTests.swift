import Portico
import Testing

@testable import BagTracking

@Suite("Rule R6: SSCC")
struct SSCCTests {
    @Test(
        "reads every form",
        arguments: [
            "106141412345678908", "00106141412345678908", "(00)106141412345678908",
            "https://id.gs1.org/00/106141412345678908", " ]C100106141412345678908\n",
        ])
    func forms(text: String) throws {
        let reference = try ParentReference.parse(text, catalog: builtInCatalog)
        #expect(reference.text == "106141412345678908")
        guard case .sscc = reference else {
            Issue.record("not read as an SSCC")
            return
        }
    }

    @Test(
        "computes the check digit",
        arguments: ["106141412345678908", "376104250021234569", "003456789012345670"])
    func checkDigits(text: String) throws {
        #expect(try SSCC.parse(text).text == text)
    }

    @Test("refuses every other check digit")
    func wrongCheckDigit() {
        for digit in 0...9 where digit != 8 {
            let error = parentError("10614141234567890\(digit)")
            #expect(error?.code == "invalid_sscc")
            #expect(error?.detail.contains("its check digit is 8") == true)
        }
    }

    @Test(
        "tells the form without judging the check digit",
        arguments: [
            ("106141412345678900", true), ("00106141412345678900", true), ("(00)106141412345678900", true),
            ("10614141234567890", false), ("1061414123456789000", false), ("01106141412345678900", false),
            ("(01)106141412345678900", false), ("10614141234567890A", false), ("", false),
        ])
    func isForm(text: String, expected: Bool) {
        #expect(SSCC.isSSCCForm(text) == expected)
    }

    @Test("makes the next number from its parts")
    func parts() throws {
        #expect(SSCC(extensionDigit: 1, companyPrefix: "0614141", serial: 234_567_890)?.text == "106141412345678908")
        let demo = try #require(SSCC(extensionDigit: 3, companyPrefix: "8901234", serial: 1))
        #expect(demo.text.hasPrefix("38901234000000001"))
        #expect(try SSCC.parse(demo.text) == demo)
    }

    @Test("refuses parts that do not fit")
    func badParts() {
        #expect(SSCC(extensionDigit: 10, companyPrefix: "8901234", serial: 1) == nil)
        #expect(SSCC(extensionDigit: -1, companyPrefix: "8901234", serial: 1) == nil)
        #expect(SSCC(extensionDigit: 3, companyPrefix: "890", serial: 1) == nil)
        #expect(SSCC(extensionDigit: 3, companyPrefix: "8901234567890", serial: 1) == nil)
        #expect(SSCC(extensionDigit: 3, companyPrefix: "89O1234", serial: 1) == nil)
        #expect(SSCC(extensionDigit: 3, companyPrefix: "890123456789", serial: 9999) != nil)
        #expect(SSCC(extensionDigit: 3, companyPrefix: "890123456789", serial: 10_000) == nil)
        #expect(SSCC(extensionDigit: 3, companyPrefix: "8901234", serial: -1) == nil)
    }
}

@Suite("Rule R7: SSCC as alternate sack id")
struct SSCCRulesTests {
    private let now = Instant(seconds: 1_800_000_000)

    private func number(_ serial: Int64) throws -> SSCC {
        try #require(SSCC(extensionDigit: 3, companyPrefix: "8901234", serial: serial))
    }

    private func decide(
        present: SSCC? = nil, holder: String? = nil, release: (String, Span)? = nil, retired: Bool = false
    ) throws -> SSCCDecision {
        SSCCRules.decide(
            SSCCFacts(
                sack: sack(retired: retired), present: present, wanted: try number(1), holder: holder,
                lastRelease: release.map { SSCCFacts.Release(parentCode: $0.0, at: now - $0.1) }, now: now))
    }

    private func code(_ decision: SSCCDecision) -> String {
        guard case .refuse(let refusal) = decision else { return "\(decision)" }
        return refusal.code
    }

    @Test("gives a free number to a sack without one")
    func assigns() throws {
        #expect(try decide() == .assign)
        #expect(try decide(present: number(1), holder: "SB00001") == .unchanged)
    }

    @Test("one number for one sack, one sack for one number")
    func inUse() throws {
        #expect(try code(decide(holder: "SB00002")) == "sscc_in_use")
        #expect(try code(decide(present: number(2))) == "sscc_in_use")
        #expect(try code(decide(retired: true)) == "bag_retired")
    }

    @Test("keeps a released number 365 days for its sack")
    func quarantine() throws {
        let justShort = Span.milliseconds(Span.days(365).milliseconds - 1)
        #expect(try code(decide(release: ("SB00002", justShort))) == "sscc_recently_used")
        #expect(try decide(release: ("SB00002", .days(365))) == .assign)
        #expect(try decide(release: ("SB00001", .days(1))) == .assign)
    }

    @Test("an unassigned number is not found, and a missing prefix is a conflict")
    func refusals() throws {
        #expect(Refusal.ssccNotAssigned(try number(1)).status == .notFound)
        #expect(Refusal.companyPrefixMissing().status == .conflict)
    }
}
