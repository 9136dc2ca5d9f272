import PorticoJSON
import Testing

@testable import PorticoHTTP

@Suite struct RateGuardTests {
    private func read(_ sample: SampleSite, as role: String? = nil, from peer: String = "192.0.2.1") async -> Response {
        await sample.send(.get, "/shop/api/v1/items/1", role.map { ["cookie": "who=\($0)"] } ?? [:], peer: peer)
    }

    @Test("who comes too often is told when to come again, and others are not kept waiting")
    func refused() async throws {
        let sample = try SampleSite(isLimited: true)
        for _ in 0..<100 { #expect(await read(sample).status == .ok) }
        let refused = await read(sample)
        #expect(refused.status == 429)
        #expect(try refused.json()["code"] == "rate_limited")
        #expect(refused.headers["retry-after"] == "1")
        #expect(await read(sample, from: "192.0.2.2").status == .ok)
        #expect(await read(sample, as: "reader").status == .ok)
    }

    @Test("an address of IPv6 stands for its network")
    func network() async throws {
        let sample = try SampleSite(isLimited: true)
        for serial in 0..<100 { _ = await read(sample, from: "2001:db8::\(serial)") }
        #expect(await read(sample, from: "2001:db8::ffff").status == 429)
        #expect(await read(sample, from: "2001:db8:0:1::1").status == .ok)
    }

    @Test("every counted answer tells the rule and what is left; the others tell nothing")
    func fields() async throws {
        let sample = try SampleSite(isLimited: true)
        let first = await read(sample)
        #expect(first.headers["ratelimit-policy"]?.hasPrefix("\"shop.pages\";q=100;w=60") == true)
        #expect(first.headers["ratelimit"]?.hasPrefix("\"shop.pages\";r=99") == true)
        #expect(await sample.send(.get, "/shop/now").headers["ratelimit"] == nil)
        #expect(await sample.send(.get, "/shop/nothing").headers["ratelimit"] == nil)
    }

    @Test("a sign-in that fails counts ten times")
    func failures() async throws {
        let sample = try SampleSite(isLimited: true)
        func attempt() async -> Response {
            await sample.send(.post, "/shop/api/v1/session", ["content-type": "application/json"])
        }
        for _ in 0..<30 { #expect(await attempt().status == 401) }
        #expect(await attempt().status == 429)
    }

    @Test("who guesses is counted by address, whoever else the requests say it is")
    func failuresOfThePeople() async throws {
        let sample = try SampleSite(isLimited: true)
        func attempt(as role: String, from peer: String = "192.0.2.1") async -> Response {
            let headers: Headers = [
                "cookie": "who=\(role)", "content-type": "application/json",
                "x-csrf-token": sample.csrf.token(for: "session-\(role)").value,
            ]
            return await sample.send(.post, "/shop/api/v1/session", headers, peer: peer)
        }
        for _ in 0..<30 { #expect(await attempt(as: "reader").status == 401) }
        #expect(await attempt(as: "reader").status == 429)
        #expect(await attempt(as: "writer").status == 429)
        #expect(await attempt(as: "writer", from: "192.0.2.2").status == 401)
    }

    @Test("a right password that lacks a second factor counts once")
    func secondFactor() async throws {
        let sample = try SampleSite(isLimited: true)
        for _ in 0..<300 {
            #expect(await sample.send(.post, "/shop/api/v1/second", ["content-type": "application/json"]).status == 401)
        }
        #expect(await sample.send(.post, "/shop/api/v1/second", ["content-type": "application/json"]).status == 429)
    }

    @Test("without limits nothing is counted")
    func unlimited() async throws {
        let sample = try SampleSite()
        for _ in 0..<101 { #expect(await read(sample).status == .ok) }
    }
}
