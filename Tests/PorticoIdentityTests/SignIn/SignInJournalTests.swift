import Logging
import PorticoHTTP
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite(.timeLimit(.minutes(10))) struct SignInJournalTests {
    private let ring = LogRing(capacity: 100)

    private var logger: Logger {
        let configuration = LogConfiguration(sink: .ring(ring), clock: Clock(standingAt: Office.started))
        return Logger(label: "identity") { ConsoleLogHandler(label: $0, configuration: configuration) }
    }

    @Test(
        "every try is told with its reason and where it came from, and nothing that was typed",
        arguments: TestEngine.available)
    func tries(engine: TestEngine) async throws {
        let logger = logger
        try await withOffice(on: engine) { office in
            let asha = try await office.hire()
            let node = office.anotherNode { $0.logger = logger }
            func attempt(_ email: String, _ password: String) async {
                var attempt = SignInAttempt(
                    email: email, password: password, address: "192.0.2.7", requestID: "request-1")
                attempt.code = password == "typed-code" ? "123456" : nil
                _ = try? await node.signIn.begin(attempt, head: Office.head(), at: office.clock.now())
            }
            await attempt("asha@example.org", Office.password)
            await attempt("asha@example.org", "typed-wrong")
            await attempt("typed-as-address", "typed-wrong")
            await attempt("asha@example.org", "typed-code")
            for _ in 0..<3 { await attempt("asha@example.org", "typed-wrong") }
            await attempt("asha@example.org", Office.password)
            let lines = ring.lines.map(\.text)
            #expect(lines.count == 8)
            #expect(lines.allSatisfy { $0.contains("192.0.2.7") && $0.contains("request-1") })
            let nameless = lines.indices.filter { !lines[$0].contains("account.id=\(asha.id)") }
            #expect(nameless == [2])
            #expect(lines[0].contains("sign-in: passed"))
            #expect(lines[1].contains("sign-in: refused") && lines[1].contains("reason=invalid_credentials"))
            #expect(lines[3].contains("password, code"))
            #expect(lines[7].contains("reason=account_locked"))
            #expect(!lines.joined().contains("typed-") && !lines.joined().contains(Office.password))
        }
    }
}
