import PorticoJSON
import PorticoLimits
import PorticoValues
import Testing

@testable import PorticoHTTP

@Suite struct DoorsTests {
    private let item = "/shop/api/v1/items/1"
    private let vital = "/shop/api/v1/vital"

    private func gate(deny: String = "", allow: String = "") throws -> AddressGate {
        AddressGate(deny: try NetworkSet(parsing: deny), allow: try NetworkSet(parsing: allow))
    }

    @Test("a denied network gets 403 everywhere but at vital routes, and others notice nothing")
    func denied() async throws {
        let sample = try SampleSite(doors: Doors(gate: gate(deny: "192.0.2.0/24")))
        for target in [item, "/shop/now", "/shop/nothing", "/nowhere", "/shop/items"] {
            let refused = await sample.send(.get, target)
            #expect(refused.status == 403)
            #expect(refused.headers["x-request-id"] != nil)
        }
        #expect(try await sample.send(.get, item).json()["code"] == "address_denied")
        #expect(await sample.send(.get, vital).status == .ok)
        #expect(await sample.send(.get, item, peer: "198.51.100.1").status == .ok)
        let request = Request(head: RequestHead(method: .get, target: "/shop/now", headers: [:], peer: "192.0.2.9"))
        #expect(sample.site.respondAtOnce(to: request)?.status == 403)
    }

    @Test("the lists look at the client behind a trusted proxy")
    func forwarded() async throws {
        let sample = try SampleSite(trusted: ["10.0.0.1"], doors: Doors(gate: gate(deny: "192.0.2.7")))
        func status(_ client: String) async -> HTTPStatus {
            await sample.send(.get, item, ["x-forwarded-for": client], peer: "10.0.0.1").status
        }
        #expect(await status("192.0.2.7") == 403)
        #expect(await status("192.0.2.8") == .ok)
    }

    @Test("an allowed network is counted against no limit; deny wins over allow")
    func spared() async throws {
        let lists = try gate(deny: "192.0.2.66", allow: "192.0.2.0/24")
        let sample = try SampleSite(isLimited: true, doors: Doors(gate: lists))
        for _ in 0..<150 { #expect(await sample.send(.get, item).status == .ok) }
        #expect(await sample.send(.get, item).headers["ratelimit"] == nil)
        #expect(await sample.send(.get, item, peer: "192.0.2.66").status == 403)
    }

    @Test("lists that are replaced count from the next request on")
    func replaced() async throws {
        let doors = Doors()
        let sample = try SampleSite(doors: doors)
        #expect(await sample.send(.get, item).status == .ok)
        try doors.gate.replace(denyText: "192.0.2.0/24 # a test", allowText: "")
        #expect(await sample.send(.get, item).status == 403)
        try doors.gate.replace(denyText: "", allowText: "")
        #expect(await sample.send(.get, item).status == .ok)
    }

    @Test("who searches for other software is shut out for a while, and told how long")
    func banned() async throws {
        let sample = try SampleSite(doors: Doors(bans: AutoBan(BanPolicy(strikes: 10))))
        #expect(await sample.send(.get, "/wp-login.php").status == 404)
        #expect(await sample.send(.get, "/shop/.ENV").status == 404)
        let refused = await sample.send(.get, item)
        #expect(refused.status == 429)
        #expect(refused.headers["retry-after"] == "600")
        let document = try refused.json()
        #expect(document["code"] == "address_banned")
        #expect(document["type"] == "https://iana.org/assignments/http-problem-types#abnormal-usage-detected")
        #expect(await sample.send(.get, vital).status == .ok)
        #expect(await sample.send(.get, item, peer: "192.0.2.200").status == .ok)
    }

    @Test("bytes that are no request strike the peer, unless it is a proxy that carries others")
    func malformed() async throws {
        let sample = try SampleSite(trusted: ["10.0.0.1"], doors: Doors(bans: AutoBan(BanPolicy(strikes: 3))))
        for peer in ["192.0.2.1", "10.0.0.1"] {
            for _ in 0..<3 { #expect(sample.site.refusal(400, head: nil, peer: peer).status == 400) }
        }
        #expect(await sample.send(.get, item, peer: "192.0.2.1").status == 429)
        #expect(await sample.send(.get, item, peer: "10.0.0.1").status == .ok)
    }

    @Test(
        "honest mistakes are no strikes",
        arguments: ["/shop/nothing", "/favicon.ico", "/shop/api/v1/items/x", "/a.css"])
    func honest(target: String) async throws {
        let sample = try SampleSite(doors: Doors(bans: AutoBan(BanPolicy(strikes: 1))))
        #expect(await sample.send(.get, target).status == 404)
        #expect(await sample.send(.get, item).status == .ok)
    }

    @Test("where all places are taken a request is refused at once; a vital one is answered, and places come back")
    func overloaded() async throws {
        let load = LoadShedder(server: .fixed(1), shares: .equal)
        let sample = try SampleSite(doors: Doors(load: load))
        var taken = load.server.admit()
        let refused = await sample.send(.get, item)
        #expect(refused.status == 503)
        #expect(refused.headers["retry-after"] == "2")
        #expect(try refused.json()["code"] == "overloaded")
        #expect(await sample.send(.get, vital).status == .ok)
        #expect(await sample.send(.get, "/shop/now").status == .ok)
        // Before anything is begun for it, and no place is lost by asking.
        let request = Request(head: RequestHead(method: .get, target: item, headers: [:], peer: "192.0.2.9"))
        #expect(sample.site.respondAtOnce(to: request)?.status == 503)
        #expect(load.server.refused == 2)
        taken?.finish()
        taken = nil
        #expect(sample.site.respondAtOnce(to: request) == nil)
        for _ in 0..<5 { #expect(await sample.send(.get, item).status == .ok) }
        #expect(await sample.send(.get, "/shop/api/v1/broken").status == 500)
        #expect(load.server.underWay == 0)
    }

    @Test("a network that stays out is told so, and not of the load")
    func deniedUnderLoad() async throws {
        let load = LoadShedder(server: .fixed(1), shares: .equal)
        let sample = try SampleSite(doors: Doors(gate: gate(deny: "192.0.2.0/24"), load: load))
        let taken = load.server.admit()
        let request = Request(head: RequestHead(method: .get, target: item, headers: [:], peer: "192.0.2.9"))
        #expect(sample.site.respondAtOnce(to: request)?.status == 403)
        taken?.finish()
    }

    @Test("refused requests are told of at once, and then together every ten seconds")
    func notice() {
        let notice = RefusalNotice()
        #expect(notice.count(at: 5) == 1)
        #expect((1...3).map { notice.count(at: 5 + $0 * 1_000_000_000) } == [nil, nil, nil])
        #expect(notice.count(at: 10_000_000_005) == 4)
        #expect(notice.count(at: 10_000_000_006) == nil)
    }
}
