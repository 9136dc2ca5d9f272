// example
import PorticoLimits
import PorticoOutbound
import PorticoValues
// end of example
import Testing

@Suite("The README's call", .timeLimit(.minutes(2))) struct ExampleTests {
    // example
    struct ExchangeRates {
        let client: OutboundClient  // one for the whole node
        let place: OutboundDestination  // one for each service that is called

        init(_ client: OutboundClient, policy: DestinationPolicy = .publicOnly) {
            var settings = OutboundDestination.Settings(policy: policy, mostUnderWay: 8)
            settings.circuit = CircuitPolicy(leastCalls: 5, window: .minutes(1), openFor: .seconds(30))
            self.client = client
            place = client.destination("exchange_rates", settings)
        }

        func fetch(_ address: String) async throws -> [UInt8]? {
            var request = OutboundRequest("GET", try OutboundURL(address), timeout: .seconds(3))
            request.bodyLimit = 65_536
            let answer = try await OutboundScope.within(.seconds(2)) { try await client.send(request, to: place) }
            return answer.isSuccess ? answer.body : nil
        }
    }
    // end of example

    @Test("reads an answer, and goes to no address that is not public")
    func example() async throws {
        let server = try LocalServer { _ in .answer(200, body: Array("{}".utf8)) }
        defer { server.stop() }
        let client = try Calls().client
        let address = "\(server.url)/rates.json"
        let body = try await ExchangeRates(client, policy: .anywhere).fetch(address)
        #expect(body == Array("{}".utf8))
        let error = await #expect(throws: OutboundError.self) { try await ExchangeRates(client).fetch(address) }
        #expect(error?.code == .refusedDestination)
        await client.shutdown()
    }
}
