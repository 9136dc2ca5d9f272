import PorticoRedis
import PorticoTelemetry
import PorticoValues
import Testing

@Suite("Redis client", .disabled(if: TestRedis.isMissing, "no Redis server"), .timeLimit(.minutes(1)))
struct RedisClientTests {
    private let url = TestRedis.url ?? ""

    @Test("keeps bytes as they are")
    func bytes() async throws {
        try await withClient(settings(url)) { client async throws in
            let key = uniqueName()
            let value = [UInt8](0...255)
            #expect(try await client.send(RedisCommand("SET", key, value, "PX", 60_000)) == .status("OK"))
            #expect(try await client.send(RedisCommand("GET", key)).bytes == value)
            #expect(try await client.send(RedisCommand("GET", key + "x")).isNull)
            #expect(try await client.send(RedisCommand("DEL", key)) == .number(1))
        }
    }

    @Test("gives every one of many callers its own answer")
    func pipelining() async throws {
        try await withClient(settings(url)) { client in
            let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
                for caller in 0..<64 {
                    group.addTask {
                        var wrong = 0
                        for round in 0..<100 {
                            let text = "\(caller).\(round)" + String(repeating: "x", count: round * 20)
                            if try await client.send(RedisCommand("ECHO", text)).text != text { wrong += 1 }
                        }
                        return wrong
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(wrong == 0 && client.readyConnections == 2)
        }
    }

    @Test("throws what the server refuses, and goes on")
    func refusal() async throws {
        try await withClient(settings(url)) { client in
            let key = uniqueName()
            _ = try await client.send(RedisCommand("SET", key, "text", "PX", 60_000))
            let error = await redisError { try await client.send(RedisCommand("LPUSH", key, "a")) }
            guard case .refused(let refusal) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(refusal.code == "WRONGTYPE" && error?.mayHaveRun == false && error?.isOutage == false)
            #expect(try await client.ping() > 0)
        }
    }

    @Test("speaks RESP3 and carries its name")
    func greeting() async throws {
        var configuration = settings(url)
        configuration.name = "greeting-test"
        try await withClient(configuration) { client in
            let information = try await client.send(RedisCommand("CLIENT", "INFO")).text ?? ""
            #expect(information.contains("name=greeting-test") && information.contains("resp=3"))
        }
    }

    @Test("connects to the database of the URL", .enabled(if: ServerProcess.isInstalled))
    func database() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url + "/3")) { client async throws in
            #expect(try await client.send(RedisCommand("CLIENT", "INFO")).text?.contains(" db=3 ") == true)
        }
        try await withClient(settings(server.url + "/9999")) { client in
            let error = await redisError { try await client.send(RedisCommand("PING")) }
            #expect(error?.isOutage == true)
        }
    }

    @Test("signs in, and says what is wrong without the password", .enabled(if: ServerProcess.isInstalled))
    func password() async throws {
        let server = try ServerProcess("--requirepass", "hunter2:@")
        try await withClient(settings("redis://:hunter2%3A%40@127.0.0.1:\(server.port)")) { client async throws in
            #expect(try await client.ping() > 0)
        }
        for url in [server.url, "redis://:wrong-one@127.0.0.1:\(server.port)"] {
            try await withClient(settings(url)) { client in
                let error = await redisError { try await client.send(RedisCommand("PING")) }
                let text = try #require(error?.description)
                #expect(text.contains("AUTH") || text.contains("WRONGPASS"))
                #expect(!text.contains("wrong-one"))
            }
        }
    }

    @Test("speaks RESP2 with a server that knows nothing newer", .enabled(if: ServerProcess.isInstalled))
    func oldServer() async throws {
        let server = try ServerProcess("--requirepass", "pw", "--rename-command", "HELLO", "")
        var configuration = settings("redis://:pw@127.0.0.1:\(server.port)/2")
        configuration.name = "old-server-test"
        try await withClient(configuration) { client in
            let information = try await client.send(RedisCommand("CLIENT", "INFO")).text ?? ""
            for part in ["resp=2", "name=old-server-test", " db=2 "] { #expect(information.contains(part)) }
            #expect(try await client.send(RedisCommand("GET", "nothing")).isNull)
            let subscriber = RedisSubscriber(client)
            let events = subscriber.subscribe(to: ["a"]).makeAsyncIterator()
            #expect(await events.next() == .gap)
            _ = try await client.send(RedisCommand("PUBLISH", "a", "hi"))
            #expect(await events.next() == .message(RedisMessage(channel: "a", payload: Array("hi".utf8))))
            await subscriber.shutdown()
        }
    }

    @Test("does not repeat the arguments of a command that the server does not know")
    func unknownCommand() async throws {
        try await withClient(settings(url)) { client in
            let error = await redisError { try await client.send(RedisCommand("NOSUCHCOMMAND", "hunter2")) }
            let text = try #require(error?.description)
            #expect(text.contains("NOSUCHCOMMAND") && !text.contains("hunter2"))
        }
    }

    @Test("refuses at once what goes beyond its bound of waiting commands")
    func overload() async throws {
        var configuration = settings(url)
        configuration.connections = 1
        configuration.maximumInFlight = 1
        let list = uniqueName()
        configuration.name = list
        try await withClient(configuration) { client in
            async let first = client.send(RedisCommand("BLPOP", list, "9"))
            try await withClient(settings(url)) { other in
                let waiting = "name=\(list)"
                try await eventually {
                    let clients = try await other.send(RedisCommand("CLIENT", "LIST")).text ?? ""
                    return clients.split(separator: "\n").contains { $0.contains(waiting) && $0.contains("cmd=blpop") }
                }
                let error = await redisError { try await client.send(RedisCommand("PING")) }
                #expect(error == .overloaded)
                _ = try await other.send(RedisCommand("RPUSH", list, "x"))
            }
            #expect(try await first.elements?.last?.text == "x")
        }
    }

    @Test("takes the next command as soon as the one before was answered, however few may wait")
    func oneAfterTheOther() async throws {
        var configuration = settings(url)
        configuration.connections = 1
        configuration.maximumInFlight = 1
        let key = uniqueName()
        try await withClient(configuration) { client in
            for number in 1...5000 {
                #expect(try await client.send(RedisCommand("INCR", key)).integer == Int64(number))
            }
            _ = try await client.send(RedisCommand("DEL", key))
        }
    }

    @Test("waits for answers that are owed when it is shut down, and refuses what comes later")
    func shutdown() async throws {
        let client = try RedisClient(settings(url))
        _ = try await client.ping()
        let key = uniqueName()
        async let counted = withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask { try await client.send(RedisCommand("INCR", key)).integer == nil ? 0 : 1 }
            }
            return try await group.reduce(0, +)
        }
        #expect(try await counted == 50)
        let late = Task { await redisError { try await client.send(RedisCommand("BLPOP", uniqueName(), "0.2")) } }
        while await redisError({ try await client.send(RedisCommand("DEL", key)) }) != nil { await Task.yield() }
        await client.shutdown()
        // It was answered, or came too late to be sent.
        let error = await late.value
        #expect(error == nil || error == .closed)
        let later = await redisError { try await client.send(RedisCommand("PING")) }
        #expect(later == .closed)
        #expect(client.readyConnections == 0)
        await client.shutdown()
    }

    @Test("counts commands by outcome")
    func metrics() async throws {
        let registry = MetricsRegistry()
        try await withClient(settings(url, metrics: registry)) { client in
            _ = try await client.ping()
            _ = await redisError { try await client.send(RedisCommand("NOSUCHCOMMAND")) }
            let text = String(decoding: registry.prometheusText(), as: UTF8.self)
            #expect(text.contains("portico_redis_commands_total{outcome=\"ok\"} 1"))
            #expect(text.contains("portico_redis_commands_total{outcome=\"refused\"} 1"))
            #expect(text.contains("portico_redis_command_seconds_count 1"))
            try await eventually { client.readyConnections == 2 }
        }
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("portico_redis_connected 0"))
    }

    @Test("says at once that nobody is there")
    func nobody() async throws {
        // Port 1 of the loopback address refuses connections.
        try await withClient(settings("redis://127.0.0.1:1")) { client in
            for _ in 0..<20 {
                let error = await redisError { try await client.send(RedisCommand("PING")) }
                guard case .unavailable = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(error?.mayHaveRun == false && error?.isOutage == true)
            }
        }
    }
}

@Suite("Redis scripts", .disabled(if: TestRedis.isMissing, "no Redis server"), .timeLimit(.minutes(1)))
struct RedisScriptTests {
    @Test("runs by digest, and again after the server has forgotten it", .enabled(if: ServerProcess.isInstalled))
    func forgotten() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let script = RedisScript("return {KEYS[1], ARGV[1]}")
            let expected = RESPValue.list([.bulk(Array("k".utf8)), .bulk(Array("7".utf8))])
            for _ in 0..<3 { #expect(try await client.run(script, keys: ["k"], arguments: RedisWords(7)) == expected) }
            _ = try await client.send(RedisCommand("SCRIPT", "FLUSH"))
            for _ in 0..<3 { #expect(try await client.run(script, keys: ["k"], arguments: RedisWords(7)) == expected) }
            let statistics = try await client.send(RedisCommand("INFO", "commandstats")).text ?? ""
            #expect(statistics.contains("cmdstat_evalsha:calls=6") && statistics.contains("cmdstat_eval:calls=1"))
        }
    }

    @Test("tells what is wrong with a script")
    func broken() async throws {
        try await withClient(settings(TestRedis.url ?? "")) { client in
            for source in ["this is no Lua", "error('no')"] {
                let error = await redisError { try await client.run(RedisScript(source), keys: []) }
                guard case .refused = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }
}
