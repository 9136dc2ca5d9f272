// example
import PorticoCache
import PorticoHTTP
import PorticoServer
// end of example
import Testing

@Suite("The README's server", .timeLimit(.minutes(2))) struct ExampleTests {
    // example
    /// In a program this is a `Site`, made of route declarations.
    struct Greeter: HTTPResponder {
        func bodyLimit(for head: RequestHead) -> Int { 65_536 }
        func respondAtOnce(to request: Request) -> Response? { nil }
        func respond(to request: Request) async -> Response { .text("hello \(request.head.target)\n") }

        func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response {
            .text("\(status.phrase)\n", status: status)
        }
    }
    // end of example

    @Test("answers, and ends in good order")
    func example() async throws {
        // example
        var configuration = HTTPServer.Configuration(host: "127.0.0.1", port: 0)  // 0: a free one
        configuration.maxConnections = 20_000
        let answers = AnswerCache(in: CacheRegistry(), bytes: 64 << 20)  // left out, nothing is kept
        let server = HTTPServer(configuration: configuration, responder: Greeter(), answers: answers)
        let port = try await server.start()
        // end of example
        let client = try await RawClient.connect(to: port)
        try await client.send(get("/asha"))
        let answer = try await client.answer()
        #expect(answer.status == 200 && answer.body == "hello /asha\n")
        await client.close()
        // example
        await server.shutdown()  // what is under way gets drainTimeout
        // end of example
    }
}
