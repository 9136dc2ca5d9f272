import PorticoLimits
import PorticoRedis
import PorticoValues
import Testing

/// How a client behaves towards servers that are none, or ill.
@Suite("Redis protocol", .timeLimit(.minutes(1)))
struct RedisProtocolTests {
    private func withScript(
        _ script: @escaping ScriptedServer.Script, connections: Int = 1,
        _ body: (RedisClient) async throws -> Void
    ) async throws {
        let server = try await ScriptedServer(script)
        var configuration = settings(server.url)
        configuration.connections = connections
        try await withClient(configuration, body)
        await server.stop()
    }

    @Test(
        "gives up a connection that sends what is no answer, and tells its callers that they may have been heard",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "$99999999999\r\n", "*1\r\n>0\r\n", "\r\n", "$3\r\nabcd\r\n",
            "*999999999\r\n", ":\u{0}\r\n",
        ])
    func garbage(text: String) async throws {
        let asked = Counted()
        try await withScript { _, _ in
            ScriptedServer.Reply(text: asked.next() == 0 ? text : "+fine\r\n")
        } _: { client async throws in
            let error = await redisError { try await client.send(RedisCommand("ASK")) }
            #expect(error == .disconnected)
            try await eventually { (try? await client.send(RedisCommand("ASK")).text) == "fine" }
        }
    }

    @Test("gives up a connection with an answer that nobody asked for")
    func extraAnswer() async throws {
        try await withScript { words, connection in
            ScriptedServer.Reply(text: connection == 0 ? "+one\r\n+two\r\n" : "+\(words[1])\r\n")
        } _: { client async throws in
            #expect(try await client.send(RedisCommand("ECHO", "x")).text == "one")
            // The second answer must not be taken for that of the next command.
            try await eventually {
                let answer = try? await client.send(RedisCommand("ECHO", "mine")).text
                #expect(answer == nil || answer == "mine")
                return answer == "mine"
            }
        }
    }

    @Test("passes over what a server sends without being asked")
    func pushes() async throws {
        try await withScript { words, _ in
            ScriptedServer.Reply(text: ">2\r\n+invalidate\r\n*1\r\n+key\r\n|1\r\n+ttl\r\n:5\r\n+\(words[1])\r\n>0\r\n")
        } _: { client async throws in
            for text in ["a", "b", "c"] { #expect(try await client.send(RedisCommand("ECHO", text)).text == text) }
        }
    }

    @Test("tells a caller when the server hangs up in the middle of an answer")
    func halfAnswer() async throws {
        try await withScript { _, connection in
            connection == 0 ? .init(text: "$10\r\nhalf", hangsUp: true) : .init(text: "+whole\r\n")
        } _: { client async throws in
            let error = await redisError { try await client.send(RedisCommand("ASK")) }
            #expect(error == .disconnected && error?.mayHaveRun == true)
            try await eventually { (try? await client.send(RedisCommand("ASK")).text) == "whole" }
        }
    }

    @Test("sends a command again over another connection only when it is idempotent", arguments: [true, false])
    func repetition(isIdempotent: Bool) async throws {
        let asked = Counted()
        try await withScript(
            { words, _ in
                guard words.first == "ASK" else { return .init(text: "+PONG\r\n") }
                return asked.next() == 0 ? .init(text: nil, hangsUp: true) : .init(text: "+again\r\n")
            }, connections: 2
        ) { client async throws in
            _ = try await client.ping()
            try await eventually { client.readyConnections == 2 }
            let answer = try? await client.send(RedisCommand("ASK"), isIdempotent: isIdempotent)
            #expect(answer?.text == (isIdempotent ? "again" : nil))
            #expect(asked.value == (isIdempotent ? 2 : 1))
        }
    }

    @Test("hands inner errors over inside their answer")
    func innerErrors() async throws {
        try await withScript { _, _ in
            ScriptedServer.Reply(text: "*2\r\n:1\r\n-ERR inner\r\n")
        } _: { client async throws in
            let answer = try await client.send(RedisCommand("EXEC"))
            #expect(answer == .list([.number(1), .error(RESPError("ERR inner"))]))
        }
    }

    @Test("does not let a script run twice when its answer is lost")
    func scriptOnce() async throws {
        let runs = Counted()
        try await withScript { words, _ in
            switch words.first {
            case "SCRIPT": .init(text: "$4\r\nabcd\r\n")
            case "EVALSHA":
                runs.next() == 0 ? .init(text: nil, hangsUp: true) : .init(text: ":1\r\n")
            default: .init(text: "+PONG\r\n")
            }
        } _: { client async throws in
            let script = RedisScript("return 1")
            let error = await redisError { try await client.run(script, keys: []) }
            #expect(error == .disconnected && runs.value == 1)
            try await eventually { (try? await client.ping()) != nil }
            #expect(try await client.run(script, keys: []).integer == 1)
        }
    }

    @Test("refuses an answer to a decision that is none")
    func strangeDecision() async throws {
        try await withScript { words, _ in
            ScriptedServer.Reply(text: words.first == "SCRIPT" ? "+sha\r\n" : "*1\r\n:5\r\n")
        } _: { client async throws in
            let limiter = RedisRateLimiter(client)
            await #expect(throws: RedisError.unexpectedAnswer("a decision")) {
                try await limiter.decide([.init(.perMinute(1), by: .everyone)], at: noon)
            }
        }
    }

    @Test(
        "takes no address from a sentinel that is none",
        arguments: ["*-1\r\n", "*2\r\n$1\r\nh\r\n$6\r\n999999\r\n", "+OK\r\n"])
    func strangeSentinel(answer: String) async throws {
        let server = try await ScriptedServer { _, _ in .init(text: answer) }
        let url = server.url.replacing("redis://", with: "redis+sentinel://") + "/main"
        try await withClient(settings(url)) { client async throws in
            let error = await redisError { try await client.send(RedisCommand("PING")) }
            #expect(error == .unavailable("no sentinel knows the primary main"))
        }
        await server.stop()
    }
}
