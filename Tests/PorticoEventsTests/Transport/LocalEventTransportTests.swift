import PorticoEvents
import PorticoTesting
import PorticoValues
import Testing

@Suite(.timeLimit(.minutes(5))) struct LocalEventTransportTests {
    @Test("does what every transport does")
    func conforms() async throws {
        let transport = LocalEventTransport(partitions: 4, clock: Clock(standingAt: Town.start))
        try await TransportConformance(transport) { transport.lose() }.run()
    }

    @Test("a partition goes to another consumer when its lease is over")
    func leases() async throws {
        let clock = Clock(standingAt: Town.start)
        let transport = LocalEventTransport(partitions: 1, clock: clock)
        #expect(try await transport.claim(0, group: "g", consumer: "one", lease: .seconds(10)))
        clock.advance(by: .seconds(9))
        #expect(try await !transport.claim(0, group: "g", consumer: "two", lease: .seconds(10)))
        clock.advance(by: .seconds(1))
        #expect(try await transport.claim(0, group: "g", consumer: "two", lease: .seconds(10)))
    }

    @Test("nothing is lost or out of order when it loses everything again and again", arguments: TestEngine.available)
    func losses(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let transport = LocalEventTransport(partitions: 4, clock: town.clock)
            let handled = try await TransportRoundTrip(town: town, transport: transport).run(120) { number in
                if number % 25 == 0 { transport.lose() }
            }
            #expect(Set(handled) == Set(1...120) && TransportRoundTrip.isOrdered(handled))
        }
    }
}
