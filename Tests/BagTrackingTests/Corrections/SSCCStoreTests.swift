import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Numbers of sacks (rule R7).
@Suite struct SSCCStoreTests {
    private func settings() -> BagSettings {
        var settings = BagSettings(publicURL: "https://bags.test")
        settings.gs1CompanyPrefix = "8901234"
        return settings
    }

    private func code(_ sscc: String?, _ sack: String, _ hall: PackingHall) async throws -> String? {
        try await refusal { _ = try await hall.services.numbers.assign(sscc, to: sack, by: hall.caller(.biller)) }?.code
    }

    @Test("allocates numbers in order, past those given by hand", arguments: TestEngine.available)
    func allocates(engine: TestEngine) async throws {
        try await withHall(on: engine, settings: settings()) { hall in
            for sack in ["SB00001", "SB00002", "SB00003"] { try await hall.scanParent(sack) }
            let byHand = try #require(SSCC(extensionDigit: 3, companyPrefix: "8901234", serial: 2))
            #expect(try await code("(00)\(byHand.text)", "SB00001", hall) == nil)
            let second = try await hall.services.numbers.assign(nil, to: "SB00002", by: hall.caller(.biller))
            let third = try await hall.services.numbers.assign(nil, to: "SB00003", by: hall.caller(.biller))
            #expect(second.isNew)
            #expect(second.answer.sscc == SSCC(extensionDigit: 3, companyPrefix: "8901234", serial: 1)?.text)
            #expect(third.answer.sscc == SSCC(extensionDigit: 3, companyPrefix: "8901234", serial: 3)?.text)
            #expect(try await code(nil, "SB00003", hall) == "sscc_in_use")
            let same = try await hall.services.numbers.assign(
                third.answer.sscc, to: "SB00003", by: hall.caller(.biller))
            #expect(!same.isNew)
            #expect(try await hall.auditActions() == ["sscc.assigned", "sscc.assigned", "sscc.assigned"])
        }
    }

    @Test("allocates past any run of numbers that were given by hand", arguments: TestEngine.available)
    func passesOver(engine: TestEngine) async throws {
        try await withHall(on: engine, settings: settings()) { hall in
            for sack in ["SB00001", "SB00002", "SB00003"] { try await hall.scanParent(sack) }
            let other = try #require(try await hall.bag("SB00001")).id
            func number(_ serial: Int64) -> String? {
                SSCC(extensionDigit: 3, companyPrefix: "8901234", serial: serial)?.text
            }
            let given = ((1...1200).map { Int64($0) } + [1202]).compactMap(number)
            try await hall.database.write { transaction in
                for sscc in given {
                    try transaction.execute(
                        "test.given",
                        """
                        INSERT INTO sscc_assignments (sscc, bag_id, assigned_at, released_at)
                        VALUES (\(sscc), \(other), \(PackingHall.start), \(PackingHall.start))
                        """)
                }
            }
            let first = try await hall.services.numbers.assign(nil, to: "SB00002", by: hall.caller(.biller))
            #expect(first.answer.sscc == number(1201))
            let second = try await hall.services.numbers.assign(nil, to: "SB00003", by: hall.caller(.biller))
            #expect(second.answer.sscc == number(1203))
        }
    }

    @Test("keeps a released number for the sack that had it, for a year", arguments: TestEngine.available)
    func keepsReleased(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            try await hall.scanParent("SB00002")
            let number = "389012340000000015"
            #expect(try await code(nil, "SB00001", hall) == "company_prefix_missing")
            #expect(try await code("389012340000000011", "SB00001", hall) == "invalid_sscc")
            #expect(try await code(number, "SB00001", hall) == nil)
            #expect(try await code(number, "SB00002", hall) == "sscc_in_use")
            try await hall.services.numbers.release(from: "SB00001", by: hall.caller(.biller))
            #expect(try await hall.scanParent(number).problemCode == "sscc_not_assigned")
            let none = try await refusal {
                try await hall.services.numbers.release(from: "SB00001", by: hall.caller(.biller))
            }
            #expect(none?.code == "sscc_not_assigned")
            #expect(try await code(number, "SB00002", hall) == "sscc_recently_used")
            #expect(try await code(number, "SB00001", hall) == nil)
            try await hall.services.numbers.release(from: number, by: hall.caller(.biller))
            hall.clock.advance(by: .days(365))
            #expect(try await code(number, "SB00002", hall) == nil)
        }
    }

    @Test("gives one number to one sack when many want it at once", arguments: TestEngine.available)
    func oneWins(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            for serial in 1...8 { try await hall.scanParent("SB0000\(serial)") }
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for serial in 1...8 {
                    group.addTask { try await code("389012340000000015", "SB0000\(serial)", hall) }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(codes.filter { $0 == nil }.count == 1)
            #expect(codes.filter { $0 == "sscc_in_use" }.count == 7)
        }
    }
}
