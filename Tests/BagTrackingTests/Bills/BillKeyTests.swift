import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Codes of bills that are one whatever their case and composition (rule R22), also of bills from before that was so.
@Suite struct BillKeyTests {
    private static let composed = "Caf\u{e9} 1"
    private static let decomposed = "CAFE\u{301} 1"

    private func code(_ text: String, _ hall: PackingHall) async throws -> String? {
        try await refusal { _ = try await hall.openBill(text) }?.code
    }

    @Test(
        "R22 refuses a code that differs in case or composition only, and finds it by both",
        arguments: TestEngine.available)
    func taken(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill(BillKeyTests.composed)
            #expect(try await code(BillKeyTests.decomposed, hall) == "bill_code_taken")
            try await hall.openBill("Straße 7")
            #expect(try await code("STRASSE 7", hall) == "bill_code_taken")
            let found = try await hall.database.read { try BillLookup($0).bill(code: BillKeyTests.decomposed) }
            // As it was typed.
            #expect(found?.id == bill && found.map { Array($0.code.utf8) } == Array(BillKeyTests.composed.utf8))
        }
    }

    /// A bill as an older program wrote it.
    private func keep(_ code: String, _ key: String, _ hall: PackingHall) async throws {
        try await hall.database.write { transaction in
            _ = try transaction.execute(
                "test.old_bill",
                """
                INSERT INTO bills (code, code_key, state, area_code, capacity, created_by, created_at)
                VALUES (\(code), \(key), 'open', 'lucknow', 10, 3, \(PackingHall.start))
                """)
        }
    }

    private func keys(_ hall: PackingHall) async throws -> [[UInt8]] {
        try await hall.database.read { reading in
            try reading.all("test.keys", "SELECT code_key FROM bills ORDER BY id") { Array((try $0[0] as String).utf8) }
        }
    }

    @Test("bills from before get the new key, unless another bill has it", arguments: TestEngine.available)
    func renewal(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bills = [
                (code: BillKeyTests.composed, old: "caf\u{e9} 1", new: "caf\u{e9} 1"),
                // Keeps what it has: the first one is older.
                (code: BillKeyTests.decomposed, old: "cafe\u{301} 1", new: "cafe\u{301} 1"),
                (code: "Straße 7", old: "straße 7", new: "strasse 7"),
                (code: "LKO 1", old: "lko 1", new: "lko 1"), (code: "ΟΔΟΣ 5", old: "οδος 5", new: "οδοσ 5"),
            ]
            for bill in bills { try await keep(bill.code, bill.old, hall) }
            for _ in 1...2 {
                try await BillKeys(database: hall.database).renew()
                #expect(try await keys(hall) == bills.map { Array($0.new.utf8) })
                #expect(try await hall.number("SELECT count(*) FROM bills WHERE key_version < 2") == 0)
            }
            #expect(try await code("STRASSE 7", hall) == "bill_code_taken")
            #expect(try await hall.number("SELECT count(*) FROM bills WHERE state = 'open'") == bills.count)
        }
    }

    @Test("a bill of today is not renewed, and one whose key was renewed by another is left")
    func nothingToDo() async throws {
        try await withHall(on: .sqlite) { hall in
            try await hall.openBill("Straße 7")
            #expect(try await hall.number("SELECT count(*) FROM bills WHERE key_version = 2") == 1)
            try await keep("STRASSE 7", "strasse seven", hall)
            try await BillKeys(database: hall.database).renew()
            #expect(try await keys(hall).map { String(decoding: $0, as: UTF8.self) } == ["strasse 7", "strasse seven"])
        }
    }
}
