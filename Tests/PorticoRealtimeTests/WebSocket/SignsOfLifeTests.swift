import Testing

@testable import PorticoRealtime

@Suite struct SignsOfLifeTests {
    /// What ticks say while nothing comes from the client.
    private func verdicts(_ count: Int, isTaking: Bool, isRead: Bool) -> [SignsOfLife.Verdict] {
        var life = SignsOfLife(WebSocket.Limits())
        return (0..<count).map { _ in
            if isTaking { life.sent() }
            return life.tick(isWaiting: isTaking || !isRead, isClosing: false, isRead: isRead)
        }
    }

    @Test("a silent client is asked after 25 seconds and given up after 40")
    func silent() {
        let found = verdicts(8, isTaking: false, isRead: true)
        #expect(found == [.fine, .fine, .fine, .fine, .ask, .fine, .fine, .dead])
    }

    @Test("a client that is not read until it has taken what waits is not silent while it takes it")
    func unread() {
        #expect(verdicts(20, isTaking: true, isRead: false).allSatisfy { $0 == .fine })
    }

    @Test("a client that takes nothing of what waits is given up after 15 seconds, read or not")
    func stuck() {
        #expect(verdicts(3, isTaking: false, isRead: false) == [.fine, .fine, .dead])
    }
}
