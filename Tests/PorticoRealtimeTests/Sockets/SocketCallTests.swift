import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

@Suite(.timeLimit(.minutes(10))) struct SocketCallTests {
    private struct Sum: JSONRepresentable {
        let value: Int64
        static let schemaName = "Sum"
        static let example = Sum(value: 3)

        func write(to object: inout JSONObjectWriter) {
            object.field("name", "sum of \(value)", "What it is")
        }
    }

    private struct Named: RouteInput {
        let name: String

        init(_ fields: inout FieldReader) {
            name = fields.text("name", 1...10, "A name")
        }
    }

    private struct Broken: Error {}

    private let caller = Principal(
        accountID: 1, email: "a@b.test", name: "A", roles: [], permissions: ["sum.read"])

    private func open(
        _ calls: [SocketCall], as caller: Principal?, limits: TopicSockets.Limits = TopicSockets.Limits()
    ) throws -> (TestLink, TopicHub) {
        let hub = testHub()
        let sockets = TopicSockets(hub: hub, limits: limits, calls: calls)
        let response = try sockets.response(
            to: handshakeHead(), user: "1", caller: caller, authorise: { $0 }, standing: { .allowed })
        return (try openLink(response), hub)
    }

    private func call(_ name: String, _ ref: String, _ input: JSONValue = ["name": "x"]) -> JSONValue {
        ["type": "call", "name": .string(name), "input": input, "ref": .string(ref)]
    }

    @Test("a call has one answer: a result, or an error that says what a route would say")
    func answers() async throws {
        let calls = [
            SocketCall("sum", access: .permission("sum.read")) { (caller: Principal, _: Named) -> Sum in
                Sum(value: caller.accountID)
            },
            SocketCall("secret", access: .permission("secret.read")) { (_: Principal, _: Named) -> Sum in .example },
            SocketCall("lost", access: .signedIn) { (_: Principal, _: Named) -> Sum in
                throw Problem(409, "lost", "It is lost.")
            },
            SocketCall("broken", access: .signedIn) { (_: Principal, _: Named) -> Sum in throw Broken() },
        ]
        let (link, hub) = try open(calls, as: caller)
        #expect(
            await link.ask(call("sum", "1")) == ["type": "result", "data": ["name": "sum of 1"], "ref": "1"])
        let refusals: [(JSONValue, Int64, JSONValue)] = [
            (call("secret", "2"), 403, "forbidden"), (call("lost", "3"), 409, "lost"),
            (call("broken", "4"), 503, "unavailable"), (call("none", "5"), 404, "call_not_found"),
            (call("sum", "6", ["name": ""]), 422, "validation_failed"),
        ]
        for (command, status, code) in refusals {
            let answer = await link.ask(command)
            #expect(answer["type"] == "error" && answer["code"] == code, "\(answer)")
            #expect(answer["status"]?.int64 == status)
        }
        let wrong = await link.ask(call("sum", "7", [:]))
        #expect(wrong["errors"]?[0]?["field"] == "name")
        #expect(hub.metrics.calls.with("answered").value == 1)
        let (stranger, _) = try open(calls, as: nil)
        #expect(await stranger.ask(call("sum", "1"))["code"] == "not_signed_in")
        link.say(["type": "call", "name": "sum"])
        #expect(await link.told { $0.contains { $0["type"] == "malformed" } }.last?["type"] == "malformed")
    }

    @Test("so many calls wait at once, and one whose time is over is answered and ends")
    func bounds() async throws {
        let begun = Mutex(0)
        let ended = Mutex(0)
        let slow = SocketCall("slow", access: .signedIn, timeout: .milliseconds(0)) {
            (_: Principal, _: Named) -> Sum in
            begun.withLock { $0 += 1 }
            while !Task.isCancelled { await Task.yield() }
            ended.withLock { $0 += 1 }
            return .example
        }
        var limits = TopicSockets.Limits()
        limits.calls = 2
        let (link, _) = try open([slow], as: caller, limits: limits)
        link.say(call("slow", "1"))
        link.say(call("slow", "2"))
        #expect(await link.ask(call("slow", "3"))["code"] == "too_many_calls")
        while begun.withLock(\.self) < 2 { await Task.yield() }
        link.socket.tick()
        let told = await link.told { $0.count >= 3 }
        #expect(told.dropFirst().map { $0["ref"] } == ["1", "2"])
        #expect(told.dropFirst().allSatisfy { $0["code"] == "call_timed_out" && $0["status"]?.int64 == 504 })
        while ended.withLock(\.self) < 2 { await Task.yield() }
    }

    @Test("calls of a client that has gone are cancelled")
    func cancels() async throws {
        let begun = Mutex(0)
        let ended = Mutex(0)
        let slow = SocketCall("slow", access: .signedIn) { (_: Principal, _: Named) -> Sum in
            begun.withLock { $0 += 1 }
            while !Task.isCancelled { await Task.yield() }
            ended.withLock { $0 += 1 }
            return .example
        }
        let (link, _) = try open([slow], as: caller)
        link.say(call("slow", "1"))
        while begun.withLock(\.self) < 1 { await Task.yield() }
        link.socket.connectionEnded()
        while ended.withLock(\.self) < 1 { await Task.yield() }
    }
}
