import NIOCore
import NIOPosix
import PorticoValues

/// Makes connections that are ready for commands: finds the server, connects, signs in, chooses the database.
struct RedisDialer: Sendable {
    let address: RedisAddress
    let configuration: RedisClient.Configuration

    /// - Throws: ``RedisError`` `.unavailable`, `.refused`.
    func open(push: RedisChannelHandler.Push? = nil) async throws(RedisError) -> RedisConnection {
        let endpoint = try await primary()
        let connection = try await connect(endpoint, push: push)
        do {
            try await greet(connection)
            return connection
        } catch {
            connection.abort()
            throw error
        }
    }

    /// Where the server is now.
    private func primary() async throws(RedisError) -> RedisEndpoint {
        switch address.place {
        case .server(let endpoint): return endpoint
        case .sentinels(let sentinels, let name):
            // A random first one spreads the questions and passes over one that hangs.
            for sentinel in sentinels.shuffled() {
                if let endpoint = try? await ask(sentinel, for: name) { return endpoint }
            }
            throw .unavailable("no sentinel knows the primary \(name)")
        }
    }

    private func ask(_ sentinel: RedisEndpoint, for name: String) async throws(RedisError) -> RedisEndpoint {
        let connection = try await connect(sentinel, push: nil)
        defer { connection.abort() }
        let answer = try await connection.send(
            RedisCommand("SENTINEL", "get-master-addr-by-name", name), timeout: configuration.hardTimeout)
        guard let parts = answer.elements, parts.count == 2, let host = parts[0].text,
            let port = parts[1].integer, (1...65_535).contains(port)
        else { throw .unexpectedAnswer("an address") }
        return RedisEndpoint(host: host, port: Int(port))
    }

    private func connect(
        _ endpoint: RedisEndpoint, push: RedisChannelHandler.Push?
    ) async throws(RedisError) -> RedisConnection {
        let bound = RedisConnectionBound(
            maximumInFlight: configuration.maximumInFlight,
            grace: configuration.hardTimeout.minus(configuration.timeout), limits: configuration.limits)
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.milliseconds(configuration.hardTimeout.milliseconds))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(host: endpoint.host, port: endpoint.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = RedisChannelHandler(limits: bound.limits, push: push)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        let connection = RedisConnection(channel: channel, handler: handler, bound: bound)
                        handler.attach(connection)
                        return connection
                    }
                }
        } catch {
            throw .unavailable("no connection to \(endpoint)")
        }
    }

    private func greet(_ connection: RedisConnection) async throws(RedisError) {
        var hello = RedisCommand("HELLO", "3")
        if let password = address.password {
            hello.append(contentsOf: RedisWords("AUTH", address.user ?? "default", password.reveal()))
        }
        hello.append(contentsOf: RedisWords("SETNAME", configuration.name))
        do {
            _ = try await send(hello, on: connection)
        } catch .refused(let error) where error.code == "ERR" || error.code == "NOPROTO" {
            // Servers before version 6 know neither HELLO nor RESP3.
            try await greetInRESP2(connection)
        }
        if address.database != 0 { _ = try await send(RedisCommand("SELECT", address.database), on: connection) }
        guard case .sentinels = address.place else { return }
        // A sentinel may not have noticed yet that its primary has become a replica.
        let role = try await send(RedisCommand("ROLE"), on: connection)
        guard role.elements?.first?.text == "master" else { throw .unavailable("the server is not the primary") }
    }

    private func greetInRESP2(_ connection: RedisConnection) async throws(RedisError) {
        if let password = address.password {
            var auth = RedisCommand("AUTH")
            if let user = address.user { auth.append(user) }
            auth.append(password.reveal())
            _ = try await send(auth, on: connection)
        }
        _ = try await send(RedisCommand("CLIENT", "SETNAME", configuration.name), on: connection)
    }

    private func send(_ command: RedisCommand, on connection: RedisConnection) async throws(RedisError) -> RESPValue {
        try await connection.send(command, timeout: configuration.hardTimeout)
    }
}

extension Span {
    fileprivate func minus(_ other: Span) -> Span { .milliseconds(max(0, milliseconds - other.milliseconds)) }
}
