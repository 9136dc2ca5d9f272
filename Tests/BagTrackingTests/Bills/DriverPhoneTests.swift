import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico
@testable import PorticoHTTP

/// Where the phone of a lorry's driver may stand, and where not (docs/security/data.md).
@Suite(.timeLimit(.minutes(5))) struct DriverPhoneTests {
    private static let api = "/bags/api/v1"
    /// Without the plus, which some places would write in another way. The contract has another number as its example.
    private static let digits = "919700012345"
    /// The answers that tell it, by the names of their routes.
    private static let telling: Set<String> = ["listBills", "getBill", "resolve", "billPage"]
    /// What routes are asked about that tell nothing unasked.
    private static let queries = [
        "resolve": "?code=LKO%201", "traceLot": "?lot=mus/7", "exportEPCIS": "?from=2026-11-21&to=2026-11-22",
    ]

    /// A lorry that has left and arrived, with a receiver of webhooks who hears of everything.
    private func deliver(_ admin: TestClient) async {
        let steps: [(path: String, body: JSONValue)] = [
            ("webhooks", ["url": "https://display.example.org/x", "events": ["*"]]),
            ("scans/parent", ["code": "SB00001", "area_code": "lucknow"]),
            (
                "scans/child",
                ["parent": "SB00001", "code": "LABEL NO: 2903401 LOT NO: MUS/7 DOT 01/02/2025"]
            ),
            ("bills", ["code": "LKO 1", "capacity": 1, "area_code": "lucknow", "consignee": "Kisan Seva Kendra"]),
            ("bills/1/parents", ["code": "SB00001"]), ("bills/1/complete", [:]), ("bills/1/gate-check", [:]),
            ("bills/1/gate-check/scans", ["code": "SB00001"]),
            (
                "bills/1/dispatch",
                [
                    "vehicle_number": "UP 32 AB 1234", "driver_name": "Ram Kumar",
                    "driver_phone": .string("+\(Self.digits)"),
                ]
            ),
            ("bills/1/deliver", ["received_by": "R. K. Singh", "note": "All well"]),
        ]
        for (number, step) in steps.enumerated() {
            // With a key, so that answers are kept for retries too.
            let key: Headers = ["idempotency-key": "lorry-\(number)"]
            let answer = await admin.post("\(Self.api)/\(step.path)", step.body, key)
            #expect([200, 201].contains(answer.status), "\(step.path): \(answer.text.prefix(300))")
        }
    }

    /// What GET routes are asked for: each once, with what there is in place of the names in its path.
    private func targets(_ mount: Mount) -> [(name: String, target: String)] {
        mount.routes.filter { $0.method == .get && $0.name != "stream" }.map { route in
            let values = ["code": "SB00001", "kind": "obj", "key": "SB00001", "number": "1", "file": "x.css"]
            let path = route.pathNames.reduce(into: mount.prefix + route.path) { path, name in
                path.replace("{\(name)}", with: values[name] ?? "1")
            }
            return (route.name, path + (DriverPhoneTests.queries[route.name] ?? ""))
        }
    }

    /// Everything an answer says; of a workbook the text of its cells.
    private func words(_ answer: TestAnswer, _ target: String) async throws -> String {
        let bytes = try await answer.whole()
        guard target.hasSuffix(".xlsx"), answer.status == 200 else { return String(decoding: bytes, as: UTF8.self) }
        let reader = try TableFile(MemorySource(bytes)).reader()
        var cells: [String] = []
        while let row = try reader.next() { cells += row.cells.map(\.text) }
        return cells.joined(separator: " ")
    }

    @Test(
        "the driver's phone is in no audit, message, file or other table, and in answers about the bill only",
        arguments: TestEngine.available)
    func places(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            await deliver(admin)
            _ = try await app.tellWebhooks()
            #expect(try await app.tables(holding: Self.digits) == ["bills"])
            // What is looked for is there to be found.
            #expect(try await app.tables(holding: "Ram Kumar") == ["bills", "audit_rows"])
            #expect(try await app.tables(holding: "bill.dispatched").contains("webhook_deliveries"))
            #expect(try await app.tables(holding: "LKO 1").isSuperset(of: ["audit_rows", "webhook_deliveries"]))
            var telling: Set<String> = []
            for (name, target) in targets(app.mount) {
                let answer = await admin.get(target)
                let words = try await words(answer, target)
                if words.contains(Self.digits) { telling.insert(name) }
                guard name.hasPrefix("export") || Self.queries[name] != nil else { continue }
                #expect(answer.status == 200, "\(name): \(words.prefix(300))")
            }
            #expect(telling == Self.telling)
            #expect(await admin.get("\(Self.api)/trace?lot=mus/7").text.contains("LKO 1"))
        }
    }

    @Test("after its erasure the driver's phone is nowhere, and the name where it was", arguments: TestEngine.available)
    func gone(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            await deliver(admin)
            app.clock.advance(by: .seconds(180 * 86_400 + 1))
            var book = JobBook()
            app.jobs(&book)
            let worker = JobWorker(
                database: app.database, queue: app.environment.jobs, book: book, logger: app.environment.logger,
                metrics: MetricsRegistry(), configuration: JobWorker.Configuration(application: "bags"))
            let record = try await worker.perform(EraseDriverPhones())
            #expect(record?.state == .succeeded)
            #expect(try await app.tables(holding: Self.digits).isEmpty)
            #expect(try await app.tables(holding: "Ram Kumar") == ["bills", "audit_rows"])
        }
    }
}
