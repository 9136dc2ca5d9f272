import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// A sack of another area on a lorry: its own code is a detail about it, and a number that was scanned must not tell it
/// (rules R9, R27).
@Suite("What the gate shows of another area's sack (rules R9, R27)")
struct ForeignFindingTests {
    private static let api = "/bags/api/v1"

    /// A lorry of Lucknow whose check is running, and a sack of Indore with a number.
    /// - Returns: the bill, and the number.
    private func prepare(_ admin: TestClient) async throws -> (bill: String, sscc: String) {
        func post(_ path: String, _ body: JSONValue = .object([])) async throws -> JSONValue {
            let answer = await admin.post("\(ForeignFindingTests.api)/\(path)", body)
            try #require([200, 201].contains(answer.status), "\(path): \(answer.text)")
            return answer.json
        }
        for (sack, area) in [("SB00001", "lucknow"), ("SB00077", "indore")] {
            _ = try await post("scans/parent", ["code": .string(sack), "area_code": .string(area)])
        }
        _ = try await post("scans/child", ["parent": "SB00001", "code": "1000001"])
        let sscc = try #require(try await post("bags/SB00077/sscc")["sscc"]?.string)
        let made = try await post("bills", ["code": "LKO 1", "capacity": 1, "area_code": "lucknow"])
        let bill = try #require(made["id"]?.string)
        _ = try await post("bills/\(bill)/parents", ["code": "SB00001"])
        _ = try await post("bills/\(bill)/complete")
        _ = try await post("bills/\(bill)/gate-check")
        return (bill, sscc)
    }

    private func findings(_ bill: JSONValue?) -> [String?] {
        bill?["gate_check"]?["findings"]?.elements?.map { $0["code"]?.string } ?? []
    }

    @Test("shows what was scanned, and nothing more, to who is bound to an area", arguments: TestEngine.available)
    func number(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (admin, gate) = (try await app.client("admin"), try await app.client("gatekeeper"))
            let (bill, sscc) = try await prepare(admin)
            let path = "\(ForeignFindingTests.api)/bills/\(bill)"
            let scanned = await gate.post("\(path)/gate-check/scans", ["code": .string("(00)\(sscc)")])
            #expect(scanned.problemCode == "other_area" && !scanned.text.contains("SB00077"))

            let seen = await gate.get(path)
            let shown = try #require(findings(seen.json).first ?? nil)
            #expect(shown.contains(sscc) && !seen.text.contains("SB00077"))
            let page = await gate.get("/bags/bills/\(bill)/gate")
            #expect(page.text.contains(sscc) && page.text.contains("another area"))
            #expect(!page.text.contains("SB00077"))
            for other in ["\(ForeignFindingTests.api)/bills", "/bags/bills/\(bill)", "/bags/gate", "\(path)/parents"] {
                #expect(await !gate.get(other).text.contains("SB00077"), "\(other)")
            }
            // Who sees all areas sees which sack it is.
            #expect(findings(await admin.get(path).json) == ["SB00077"])

            let id = try #require(seen.json["gate_check"]?["findings"]?[0]?["id"]?.string)
            let resolved = await gate.post(
                "\(path)/gate-check/findings/\(id)/resolve", ["resolution": "unloaded"])
            #expect(resolved.status == 200 && findings(resolved.json) == [shown])
        }
    }

    @Test("a code that was scanned is shown as it was", arguments: TestEngine.available)
    func code(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (admin, gate) = (try await app.client("admin"), try await app.client("gatekeeper"))
            let (bill, sscc) = try await prepare(admin)
            let path = "\(ForeignFindingTests.api)/bills/\(bill)"
            #expect(await gate.post("\(path)/gate-check/scans", ["code": "sb00077"]).problemCode == "other_area")
            #expect(findings(await gate.get(path).json) == ["SB00077"])
            // Found once already: the number tells nothing new.
            #expect(
                await gate.post("\(path)/gate-check/scans", ["code": .string(sscc)]).problemCode == "other_area")
            #expect(findings(await gate.get(path).json) == ["SB00077"])
        }
    }

    @Test("what an administrator found by its number stays a number at the gate")
    func foundByOthers() async throws {
        try await withApp { app in
            let (admin, gate) = (try await app.client("admin"), try await app.client("gatekeeper"))
            let (bill, sscc) = try await prepare(admin)
            let path = "\(ForeignFindingTests.api)/bills/\(bill)"
            #expect(await admin.post("\(path)/gate-check/scans", ["code": .string(sscc)]).status == 409)
            #expect(findings(await gate.get(path).json) == [sscc])
        }
    }
}
