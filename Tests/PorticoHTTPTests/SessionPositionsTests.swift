import PorticoSQL
import PorticoValues
import Testing

@testable import PorticoHTTP

@Suite("Up to where a caller has written")
struct SessionPositionsTests {
    private func positions(isSecure: Bool = false) -> SessionPositions {
        SessionPositions(application: "shop", isSecure: isSecure, lag: .seconds(30))
    }

    private func principal(_ id: Int64 = 7, isBrowser: Bool = true) -> Principal {
        Principal(
            accountID: id, email: "a@example.org", name: "A", roles: [], permissions: [],
            csrfBinding: isBrowser ? "session" : nil)
    }

    private func head(_ method: HTTPMethod = .get, _ headers: Headers = [:]) -> RequestHead {
        RequestHead(method: method, target: "/shop/list", headers: headers, peer: "127.0.0.1")
    }

    /// What a copy must have come to for a request.
    private func required(_ positions: SessionPositions, _ cookie: String?, _ principal: Principal?) -> LogPosition? {
        let session = ReadSession()
        positions.prepare(session, head(.get, cookie.map { ["cookie": "shop_position=\($0)"] } ?? [:]), principal)
        return session.required
    }

    /// The cookie of an answer.
    private func cookie(
        _ positions: SessionPositions, _ request: RequestHead, _ principal: Principal?, commit: UInt64? = nil,
        status: HTTPStatus = .ok, type: String = "text/html"
    ) -> String? {
        let session = ReadSession()
        positions.prepare(session, request, principal)
        if let commit { session.committed(before: LogPosition(commit)) }
        var response = Response(status, headers: ["content-type": type])
        positions.settle(session, request, principal, &response)
        return response.headers["set-cookie"]
    }

    @Test("a browser that has written nothing takes whatever a copy has")
    func nothingWritten() {
        #expect(required(positions(), nil, principal()) == LogPosition(0))
        #expect(cookie(positions(), head(), principal()) == nil)
    }

    @Test("a commit's position comes back with the cookie, for as long as a copy may be behind, twice")
    func commit() {
        let mine = positions()
        #expect(
            cookie(mine, head(.post), principal(), commit: 0x2a)
                == "shop_position=2a; Max-Age=60; Path=/; HttpOnly; SameSite=Lax")
        #expect(required(positions(), "2a", principal()) == LogPosition(0x2a), "at another node")
    }

    @Test("cookies over TLS belong to the host")
    func secure() {
        let cookie = cookie(positions(isSecure: true), head(.post), principal(), commit: 1)
        #expect(cookie?.hasPrefix("__Host-shop_position=1;") ?? false)
        #expect(cookie?.hasSuffix("; Secure") ?? false)
    }

    @Test("a node remembers what it has told an account, although answers overtake each other")
    func overtaking() {
        let mine = positions()
        _ = cookie(mine, head(.post), principal(), commit: 0x30)
        #expect(required(mine, "20", principal()) == LogPosition(0x30))
        #expect(required(mine, "40", principal()) == LogPosition(0x40))
        #expect(required(mine, nil, principal(8)) == LogPosition(0))
        let late = cookie(mine, head(.post, ["cookie": "shop_position=20"]), principal(), commit: 0x28)
        #expect(late?.hasPrefix("shop_position=30;") ?? false)
    }

    @Test("forgets accounts when they become many, and then no one's writes")
    func capacity() {
        let mine = positions()
        for account in Int64(0)...10_000 {
            _ = cookie(mine, head(.post), principal(account), commit: UInt64(account + 1))
        }
        #expect(required(mine, nil, principal(3)).map { $0 >= LogPosition(4) } ?? false)
    }

    @Test("programs and visitors get everything there is")
    func programs() {
        #expect(required(positions(), nil, principal(isBrowser: false)) == nil)
        #expect(required(positions(), nil, nil) == nil)
        let bearer = head(.post, ["authorization": "Bearer x"])
        #expect(cookie(positions(), bearer, principal(isBrowser: false), commit: 5) == nil)
    }

    @Test("a session that has just begun knows what its beginning wrote")
    func signIn() {
        #expect(cookie(positions(), head(.post), nil, commit: 9)?.hasPrefix("shop_position=9;") ?? false)
    }

    @Test("whoever opens a stream of live updates gets everything from then on, and no write changes that")
    func live() {
        let mine = positions()
        let cookie = cookie(mine, head(), principal(), type: "text/event-stream")
        #expect(cookie == "shop_position=live; Path=/; HttpOnly; SameSite=Lax")
        #expect(required(mine, "live", principal()) == nil)
        let watching = head(.post, ["cookie": "shop_position=live"])
        #expect(self.cookie(mine, watching, principal(), commit: 5) == nil)
    }

    @Test(
        "an unsafe request that tells of changes it has not made itself asks for everything next time",
        arguments: [
            (200, true), (303, true), (409, true), (412, true), (500, true), (503, true), (404, false), (422, false),
        ])
    func unknownPlace(status: Int, asks: Bool) {
        let cookie = cookie(positions(), head(.post), principal(), status: HTTPStatus(status))
        #expect((cookie?.hasPrefix("shop_position=now; Max-Age=60") ?? false) == asks)
        #expect(required(positions(), "now", principal()) == nil)
    }

    @Test("what is no position is taken for everything", arguments: ["", "x", "16/B3", "\u{20ac}"])
    func garbage(_ value: String) {
        #expect(required(positions(), value, principal()) == nil)
    }

    @Test("of several cookies the newest counts")
    func several() {
        let session = ReadSession()
        positions().prepare(session, head(.get, ["cookie": "shop_position=5; shop_position=9"]), principal())
        #expect(session.required == LogPosition(9))
    }
}
