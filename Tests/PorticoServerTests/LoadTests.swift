import PorticoHTTP
import PorticoServer
import Testing

@Suite(.timeLimit(.minutes(10))) struct LoadTests {
    @Test("serves many connections at once")
    func servesMany() async throws {
        let responder = ScriptedResponder(
            atOnce: { $0.head.target.hasSuffix("0") ? .text($0.head.target) : nil },
            later: { request in
                await Task.yield()
                return .text(request.head.target)
            })
        try await withServer(responder) { port, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for connection in 0..<200 {
                    group.addTask {
                        let client = try await RawClient.connect(to: port)
                        for index in 0..<10 {
                            try await client.send(get("/\(connection)/\(index)"))
                            #expect(try await client.answer().body == "/\(connection)/\(index)")
                        }
                        await client.close()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("turns away connections beyond its capacity with 503 and takes others once there is room")
    func boundsConnections() async throws {
        let observer = CountingObserver()
        try await withServer(observer: observer) {
            $0.maxConnections = 1
        } _: { port, _ in
            let first = try await RawClient.connect(to: port)
            try await first.send(get("/"))
            #expect(try await first.answer().status == 200)
            let second = try await RawClient.connect(to: port)
            let answer = try await second.answer()
            #expect(answer.status == 503)
            #expect(answer["retry-after"] == "1")
            #expect(try await second.rest() == "")
            await second.close()
            #expect(observer.counts.refused == 1)
            await first.close()
            await observer.firstClosed.passed()
            #expect(observer.counts.opened == 1)
        }
    }

    @Test("closes further connections of an address that has too many, and counts no shared address")
    func boundsAddress() async throws {
        func served(isShared: Bool) async throws -> Int {
            var served = 0
            try await withServer {
                $0.maxConnectionsPerAddress = 2
                $0.isSharedAddress = { _ in isShared }
            } _: { port, _ in
                var clients: [RawClient] = []
                for _ in 0..<4 {
                    let client = try await RawClient.connect(to: port)
                    clients.append(client)
                    try? await client.send(get("/"))
                    if let answer = try? await client.answer(), answer.status == 200 { served += 1 }
                }
                for client in clients { await client.close() }
            }
            return served
        }
        #expect(try await served(isShared: false) == 2)
        #expect(try await served(isShared: true) == 4)
    }

    @Test("takes clients again when others of their address have gone")
    func freesAddress() async throws {
        let observer = CountingObserver()
        try await withServer(observer: observer) {
            $0.maxConnectionsPerAddress = 1
        } _: { port, _ in
            let first = try await RawClient.connect(to: port)
            try await first.send(get("/"))
            #expect(try await first.answer().status == 200)
            await first.close()
            await observer.firstClosed.passed()
            let second = try await RawClient.connect(to: port)
            try await second.send(get("/"))
            #expect(try await second.answer().status == 200)
            await second.close()
        }
    }

    @Test("counts connections and bytes")
    func counts() async throws {
        let observer = CountingObserver()
        let request = get("/")
        try await withServer(observer: observer) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(request)
            _ = try await client.answer()
            await client.close()
            await observer.firstClosed.passed()
        }
        #expect(observer.counts.opened == 1)
        #expect(observer.counts.closed == 1)
        #expect(observer.counts.received == request.utf8.count)
        #expect(observer.counts.sent > 100)
    }

    @Test("samples the lag of its event loops")
    func samplesLag() async throws {
        let observer = CountingObserver()
        try await withServer(observer: observer) {
            $0.lagInterval = .milliseconds(5)
        } _: { _, _ in
            await observer.firstLag.passed()
        }
    }

    @Test(
        "shows IPv6 peers in colons and mapped ones in dots", arguments: [("::1", "::1"), ("127.0.0.1", "127.0.0.1")])
    func showsPeers(host: String, expected: String) async throws {
        let responder = ScriptedResponder(atOnce: { .text($0.head.peer) })
        try await withServer(responder) {
            $0.host = host == "::1" ? "::1" : "::"
        } _: { port, _ in
            let client = try await RawClient.connect(to: port, host: host)
            try await client.send(get("/"))
            #expect(try await client.answer().body == expected)
            await client.close()
        }
    }
}
