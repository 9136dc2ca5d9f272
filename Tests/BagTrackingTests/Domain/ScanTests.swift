import Portico
import Testing

@testable import BagTracking

@Suite("Rule R13: idempotent replay")
struct ReplayTests {
    @Test(
        "judges client_scan_id",
        arguments: [
            ("12345678", true), (String(repeating: "a", count: 64), true),
            ("0190f6a0-7e1c-7000-8000-0123456789ab", true),
            ("abc_-DEF", true), ("1234567", false), (String(repeating: "a", count: 65), false), ("", false),
            ("1234 5678", false), ("1234.5678", false), ("1234567é", false), ("12345678\n", false),
        ])
    func clientScanID(text: String, expected: Bool) {
        #expect((ClientScanID(text)?.text == text) == expected)
    }

    @Test("an id made by the server has the form")
    func serverMade() {
        #expect(ClientScanID(ClientScanID(UUIDv7(at: Instant(seconds: 1))).text) != nil)
    }

    private func hash(
        _ kind: ScanKind = .child, _ code: String = "1234567", _ parent: String? = "SB00001", bill: Int64? = nil,
        ticket: Int64? = nil
    ) -> String {
        ScanContent.hash(kind: kind, code: code, parent: parent, billID: bill, ticketID: ticket)
    }

    @Test("the same content after R1 is the same scan")
    func same() {
        #expect(hash().count == 22)
        #expect(hash() == hash(.child, "]C11234567 ", " sb00001"))
        #expect(hash(.child, "https://x.example/obj/1234567") == hash())
        #expect(hash(.child, "https://x.example/\u{200B}") == hash(.child, "https://x.example/"))
    }

    @Test("any other kind, code, parent, bill or ticket is another scan")
    func different() {
        let hashes = [
            hash(), hash(.parent), hash(.child, "1234568"), hash(.child, "1234567", "SB00002"),
            hash(.child, "1234567", nil), hash(.child, "1234567", ""), hash(bill: 1), hash(bill: 2), hash(ticket: 1),
            hash(.child, "1234567S", "B00001"), hash(.child, "https://x.example/a"),
            hash(.child, "https://x.example/b"),
        ]
        #expect(Set(hashes).count == hashes.count)
    }

    @Test("tells a repetition from a reused id")
    func compare() {
        #expect(ScanContent.compare(stored: nil, requested: hash()) == .fresh)
        #expect(ScanContent.compare(stored: hash(), requested: hash()) == .replay)
        #expect(ScanContent.compare(stored: hash(), requested: hash(.parent)) == .reused)
        #expect(Refusal.clientScanIDReused().status == .unprocessable)
    }

    @Test("stores refusals about codes and bags, and nothing that is malformed or not allowed")
    func recorded() {
        #expect(Refusal(CodeError.invalidChildCode("?")).isRecorded)
        #expect(Refusal.parentNotFound("SB00001").isRecorded)
        #expect(Refusal.otherArea().isRecorded)
        #expect(!Refusal.forbidden("").isRecorded)
        #expect(!Refusal.validation([.required("code", "")]).isRecorded)
        #expect(!Refusal.clientScanIDReused().isRecorded)
    }

    @Test("kinds and outcomes have their stored names")
    func names() {
        #expect(ScanKind.allCases.map(\.rawValue) == ["parent", "child", "bill", "gate", "return"])
        #expect(
            ScanOutcome.allCases.map(\.rawValue) == [
                "created", "found", "linked", "added", "matched", "returned", "duplicate", "rejected",
            ])
        #expect(
            ScanWarning.allCases.map(\.rawValue) == [
                "parent_full", "parent_billed", "on_hold", "test_date_unreadable", "lot_differs",
            ])
    }
}

@Suite("Rule R14: times")
struct ScanTimingTests {
    @Test(
        "believes a device within 7 days before and 5 minutes after",
        arguments: [
            (0, true), (-604_800_000, true), (-604_800_001, false), (300_000, true), (300_001, false),
            (-3_600_000, true),
        ] as [(Int64, Bool)])
    func limits(offset: Int64, accepted: Bool) {
        let now = Instant(seconds: 1_800_000_000)
        let device = now + .milliseconds(offset)
        let time = ScanTiming.accept(scannedAt: device, recordedAt: now)
        #expect(time.scannedAt == (accepted ? device : now))
        #expect(time.clockAdjusted == !accepted)
    }

    @Test("without a device's time the server's holds")
    func absent() {
        let now = Instant(seconds: 1_800_000_000)
        let time = ScanTiming.accept(scannedAt: nil, recordedAt: now)
        #expect(time.scannedAt == now && !time.clockAdjusted)
    }
}
