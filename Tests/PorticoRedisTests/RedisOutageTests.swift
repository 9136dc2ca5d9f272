import Glibc
import PorticoRedis
import PorticoValues
import Synchronization
import Testing

/// What became of the commands of many callers.
private final class Account: Sendable {
    private let counts = Mutex<(right: Int, wrong: Int, failures: [String: Int])>((0, 0, [:]))

    var right: Int { counts.withLock { $0.right } }
    var wrong: Int { counts.withLock { $0.wrong } }
    var failures: Int { counts.withLock { $0.failures.values.reduce(0, +) } }
    var timeouts: Int { counts.withLock { $0.failures["timeout"] ?? 0 } }

    func note(isRight: Bool) {
        counts.withLock { if isRight { $0.right += 1 } else { $0.wrong += 1 } }
    }

    func note(_ error: any Error) {
        let name =
            switch error as? RedisError {
            case .timeout: "timeout"
            case .disconnected: "disconnected"
            case .unavailable: "unavailable"
            default: "\(error)"
            }
        counts.withLock { $0.failures[name, default: 0] += 1 }
    }
}

/// Callers that ask for what only they can get, until they are cancelled.
private func load(_ client: RedisClient, _ account: Account, in group: inout ThrowingTaskGroup<Void, any Error>) {
    for caller in 0..<16 {
        group.addTask {
            var round = 0
            while !Task.isCancelled {
                round += 1
                let text = "\(caller):\(round):" + String(repeating: "y", count: round % 700)
                do {
                    let answer = try await client.send(RedisCommand("ECHO", text))
                    account.note(isRight: answer.text == text)
                } catch {
                    account.note(error)
                    // Failures are instant; leave the processor to others.
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
        }
    }
}

@Suite("Redis outages", .disabled(if: !ServerProcess.isInstalled, "no redis-server"), .timeLimit(.minutes(2)))
struct RedisOutageTests {
    @Test("survives a server that is killed and started again under load, without a wrong answer")
    func crash() async throws {
        let server = try ServerProcess()
        let account = Account()
        try await withClient(settings(server.url)) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                load(client, account, in: &group)
                for _ in 0..<3 {
                    let right = account.right
                    try await eventually { account.right > right + 500 }
                    let failures = account.failures
                    server.crash()
                    // Everybody hears of it at once: with these settings a timeout would take ten seconds.
                    try await eventually { account.failures > failures + 100 }
                    try server.restart()
                }
                let right = account.right
                try await eventually { account.right > right + 500 }
                group.cancelAll()
            }
        }
        #expect(account.wrong == 0 && account.timeouts == 0)
    }

    @Test("gives up on answers that are late, and gives no late answer to another caller")
    func pause() async throws {
        let server = try ServerProcess()
        var configuration = settings(server.url)
        configuration.timeout = .milliseconds(50)
        configuration.hardTimeout = .seconds(60)
        configuration.connections = 1
        let account = Account()
        try await withClient(configuration) { client in
            try await eventually { (try? await client.ping()) != nil }
            try await withThrowingTaskGroup(of: Void.self) { group in
                load(client, account, in: &group)
                for _ in 0..<3 {
                    let right = account.right
                    try await eventually { account.right > right + 300 }
                    let (timeouts, failures) = (account.timeouts, account.failures)
                    server.signal(SIGSTOP)
                    // After the first timeouts nobody waits any more.
                    try await eventually { account.timeouts > timeouts && account.failures > failures + 100 }
                    server.signal(SIGCONT)
                }
                let right = account.right
                try await eventually { account.right > right + 300 }
                group.cancelAll()
            }
        }
        #expect(account.wrong == 0)
    }

    @Test("gives a connection up that owes an answer for too long, and makes another")
    func hang() async throws {
        let server = try ServerProcess()
        var configuration = settings(server.url)
        configuration.timeout = .milliseconds(50)
        configuration.hardTimeout = .milliseconds(200)
        try await withClient(configuration) { client in
            try await eventually { (try? await client.ping()) != nil }
            server.signal(SIGSTOP)
            try await eventually {
                _ = await redisError { try await client.send(RedisCommand("PING")) }
                return client.readyConnections == 0
            }
            let error = await redisError { try await client.send(RedisCommand("PING")) }
            #expect(error?.isOutage == true)
            server.signal(SIGCONT)
            try await eventually { (try? await client.ping()) != nil }
        }
    }

    @Test("waits as long as a command says")
    func patience() async throws {
        let server = try ServerProcess()
        var configuration = settings(server.url)
        configuration.timeout = .milliseconds(20)
        try await withClient(configuration) { client in
            let answer = try await client.send(RedisCommand("BLPOP", "list", "0.2"), timeout: .seconds(20))
            #expect(answer.isNull)
            let error = await redisError { try await client.send(RedisCommand("BLPOP", "list", "1")) }
            #expect(error == .timeout(.milliseconds(20)) && error?.mayHaveRun == true)
        }
    }

    @Test("never sends a command twice that may have run")
    func onlyOnce() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            _ = try await client.ping()
            try await eventually { client.readyConnections == 2 }
            // The script counts and then ends the connections of everybody.
            let source = "redis.call('INCR', KEYS[1]) redis.call('CLIENT', 'KILL', 'TYPE', 'normal') return 1"
            _ = await redisError { try await client.send(RedisCommand("EVAL", source, 1, "count")) }
            try await eventually { (try? await client.ping()) != nil }
            let counted = try await client.send(RedisCommand("GET", "count"), isIdempotent: true)
            #expect(counted.integer == 1)
        }
    }
}

@Suite("Redis sentinels", .disabled(if: !ServerProcess.isInstalled, "no redis-server"), .timeLimit(.minutes(1)))
struct RedisSentinelTests {
    @Test("finds the primary, and the next one after a failover")
    func discovery() async throws {
        let first = try ServerProcess()
        let second = try ServerProcess()
        let file = try #require(temporaryFile("sentinel monitor main 127.0.0.1 \(first.port) 1\n"))
        defer { unlink(file) }
        let sentinel = try ServerProcess(file, "--sentinel")
        let url = "redis+sentinel://127.0.0.1:1,127.0.0.1:\(sentinel.port)/main"
        try await withClient(settings(url)) { client in
            _ = try await client.send(RedisCommand("SET", "who", "first"))
            try await withClient(settings(second.url)) { _ = try await $0.send(RedisCommand("SET", "who", "second")) }
            // What a failover comes down to for a client: the sentinel names another server, and the first one is gone.
            try await withClient(settings(sentinel.url)) { asker in
                _ = try await asker.send(RedisCommand("SENTINEL", "REMOVE", "main"))
                _ = try await asker.send(RedisCommand("SENTINEL", "MONITOR", "main", "127.0.0.1", second.port, 1))
            }
            #expect(try await client.send(RedisCommand("GET", "who")).text == "first")
            first.crash()
            try await eventually { (try? await client.send(RedisCommand("GET", "who")).text) == "second" }
        }
    }

    @Test("does not take a replica for the primary")
    func replica() async throws {
        let primary = try ServerProcess()
        let replica = try ServerProcess("--replicaof", "127.0.0.1 \(primary.port)")
        let file = try #require(temporaryFile(""))
        defer { unlink(file) }
        let sentinel = try ServerProcess(file, "--sentinel")
        try await withClient(settings(sentinel.url)) { asker in
            _ = try await asker.send(RedisCommand("SENTINEL", "MONITOR", "main", "127.0.0.1", replica.port, 1))
        }
        for name in ["main", "unknown"] {
            try await withClient(settings("redis+sentinel://127.0.0.1:\(sentinel.port)/\(name)")) { client in
                let error = await redisError { try await client.send(RedisCommand("PING")) }
                guard case .unavailable = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    private func temporaryFile(_ text: String) -> String? {
        var template = Array("\(P_tmpdir)/portico-sentinel-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { return nil }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
