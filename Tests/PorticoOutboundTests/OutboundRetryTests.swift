import PorticoLimits
import PorticoValues
import Testing

@testable import PorticoOutbound

@Suite(.timeLimit(.minutes(2))) struct OutboundRetryTests {
    @Test("makes an idempotent call again after a refusal that may pass, and no other")
    func retries() async throws {
        let tally = Tally()
        let server = try LocalServer { _ in tally.next() < 2 ? .answer(503) : .answer(200) }
        defer { server.stop() }
        let calls = try Calls()
        let destination = calls.local { $0.retries = 2 }
        let answer = try await calls.client.send(
            OutboundRequest("GET", try OutboundURL(server.url)), to: destination)
        #expect(answer.status == 200 && answer.attempts == 3 && calls.count("5xx") == 2)
        let second = try LocalServer { _ in .answer(503) }
        defer { second.stop() }
        let post = OutboundRequest("POST", try OutboundURL(second.url), body: [1])
        #expect(try await calls.client.send(post, to: destination).status == 503 && second.received.count == 1)
        let missing = try LocalServer { _ in .answer(404) }
        defer { missing.stop() }
        _ = try await calls.client.send(OutboundRequest("GET", try OutboundURL(missing.url)), to: destination)
        #expect(missing.received.count == 1)
        await calls.client.shutdown()
    }

    @Test("does not wait for a Retry-After beyond its deadline, nor beyond the budget")
    func bounds() async throws {
        let server = try LocalServer {
            $0.target == "/later" ? .answer(429, headers: [("Retry-After", "3600")]) : .hangUp
        }
        defer { server.stop() }
        let calls = try Calls()
        let destination = calls.local {
            $0.retries = 5
            $0.circuit = nil
            $0.allowance = RetryAllowance(ratio: 0, perSecond: 0, most: 3)
        }
        let later = OutboundRequest("GET", try OutboundURL(server.url + "/later"))
        #expect(try await calls.client.send(later, to: destination).status == 429 && server.received.count == 1)
        let away = try LocalServer { _ in .hangUp }
        defer { away.stop() }
        let broken = OutboundRequest("GET", try OutboundURL(away.url))
        for _ in 0..<4 {
            #expect(await failure { try await calls.client.send(broken, to: destination) }?.code == .broken)
        }
        // Four calls and the three retries there were.
        #expect(away.received.count == 4 + 3)
        await calls.client.shutdown()
    }

    @Test("leaves a destination alone that fails, probes it after a while, and is told apart from refusals of requests")
    func circuit() async throws {
        let isWell = Tally()
        let server = try LocalServer { _ in isWell.value > 0 ? .answer(400) : .answer(500) }
        defer { server.stop() }
        let calls = try Calls()
        let destination = calls.local {
            $0.circuit = CircuitPolicy(leastCalls: 3, openFor: .seconds(5), probes: 1)
        }
        let request = OutboundRequest("POST", try OutboundURL(server.url))
        for _ in 0..<3 { #expect(try await calls.client.send(request, to: destination).status == 500) }
        let error = await failure { try await calls.client.send(request, to: destination) }
        #expect(error?.code == .circuitOpen && error?.retryAfter == .seconds(5) && destination.isLeftAlone)
        #expect(server.received.count == 3 && error?.mayHaveArrived == false)
        isWell.next()
        calls.clock.advance(by: .seconds(5))
        #expect(try await calls.client.send(request, to: destination).status == 400)
        #expect(!destination.isLeftAlone)
        await calls.client.shutdown()
    }

    @Test("admits no more calls at once than it may")
    func busy() async throws {
        let server = try LocalServer { _ in .silence }
        defer { server.stop() }
        let calls = try Calls()
        let destination = calls.local { $0.mostUnderWay = 1 }
        let request = OutboundRequest("GET", try OutboundURL(server.url))
        let first = Task { try await calls.client.send(request, to: destination) }
        while server.received.isEmpty { await Task.yield() }
        #expect(await failure { try await calls.client.send(request, to: destination) }?.code == .busy)
        first.cancel()
        _ = await first.result
        #expect(destination.underWay == 0 && calls.count("busy") == 1 && calls.count("cancelled") == 1)
        await calls.client.shutdown()
    }

    @Test(
        "reads Retry-After as seconds or as a date",
        arguments: [
            ("7", 7_000), ("0", 0), ("99999999999999999999", 86_400_000), ("", nil), ("soon", nil), ("-1", nil),
            ("Mon, 21 Sep 2026 14:13:25 GMT", 5_000), ("Mon, 21 Sep 2026 14:13:00 GMT", 0),
        ] as [(String, Int64?)])
    func retryAfter(text: String, milliseconds: Int64?) {
        let now = Instant(seconds: 1_790_000_000)
        #expect(RetryAfter.span(text, at: now)?.milliseconds == milliseconds)
    }
}
