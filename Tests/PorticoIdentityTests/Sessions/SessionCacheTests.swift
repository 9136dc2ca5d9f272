import PorticoHTTP
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SessionCacheTests {
    private let now = Instant(milliseconds: 1_000_000)

    private func session(_ number: Int, account: Int64 = 1) -> Session {
        Session(
            principal: Principal(accountID: account, email: "a@b", name: "A", roles: [], permissions: []),
            createdAt: now, lastSeenAt: now, expiresAt: now + .days(1),
            tokenHash: Digest.sha256(Array("\(number)".utf8)))
    }

    private func keep(_ session: Session, in cache: SessionCache) {
        let (_, revocations) = cache.find(session.tokenHash, at: now)
        cache.keep(session, checkedAt: now, revocations: revocations)
    }

    @Test("forgets after a second, and what comes from the future")
    func lifetime() {
        let cache = SessionCache()
        keep(session(1), in: cache)
        let hash = session(1).tokenHash
        #expect(cache.find(hash, at: now + .milliseconds(999)).session != nil)
        #expect(cache.find(hash, at: now + .milliseconds(1000)).session == nil)
        #expect(cache.find(hash, at: now - .milliseconds(1)).session == nil)
    }

    @Test("does not keep a lookup that began before a revocation")
    func race() {
        let cache = SessionCache()
        let (_, revocations) = cache.find(session(1).tokenHash, at: now)
        cache.drop(account: 1)
        cache.keep(session(1), checkedAt: now, revocations: revocations)
        #expect(cache.count == 0)
    }

    @Test("drops one session, or all of an account")
    func drop() {
        let cache = SessionCache()
        keep(session(1), in: cache)
        keep(session(2), in: cache)
        keep(session(3, account: 2), in: cache)
        cache.drop(session(1).tokenHash)
        #expect(cache.count == 2)
        cache.drop(account: 1)
        #expect(cache.count == 1)
        cache.forget(session(3).tokenHash)
        #expect(cache.count == 0)
    }

    @Test("holds a limited number")
    func bounded() {
        let cache = SessionCache()
        for number in 0...SessionCache.capacity { keep(session(number), in: cache) }
        #expect(cache.count <= SessionCache.capacity)
        #expect(cache.find(session(SessionCache.capacity).tokenHash, at: now).session != nil)
    }
}
