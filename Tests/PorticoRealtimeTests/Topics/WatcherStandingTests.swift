import PorticoHTTP
import Testing

@testable import PorticoRealtime

@Suite struct WatcherStandingTests {
    private struct Away: Error {}

    @Test("a refusal is an answer, and a failure none")
    func asking() async {
        #expect(await WatcherStanding.asking { true } == .allowed)
        #expect(await WatcherStanding.asking { false } == .over)
        #expect(await WatcherStanding.asking { throw Problem(401, "invalid_token", "It is over.") } == .over)
        #expect(await WatcherStanding.asking { throw Problem(503, "unavailable", "Not now.") } == .unknown)
        #expect(await WatcherStanding.asking { throw Away() } == .unknown)
    }
}
