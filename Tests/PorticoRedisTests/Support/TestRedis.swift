import Glibc
import Logging
import PorticoRedis
import PorticoTelemetry
import PorticoValues

/// The server that tests share when they need not stop it: the one that `PORTICO_TEST_REDIS` names, or else one of this
/// process.
enum TestRedis {
    private static let own = ServerProcess.isInstalled ? try? ServerProcess() : nil

    static let url: String? = {
        let named = getenv("PORTICO_TEST_REDIS").map { String(cString: $0) } ?? ""
        return named.isEmpty ? own?.url : named
    }()

    static let isMissing = url == nil
}

/// A name that no other test uses.
func uniqueName() -> String { "test-\(UInt64.random(in: 0 ... .max))" }

/// Settings with timeouts that a busy machine keeps.
func settings(_ url: String, metrics: MetricsRegistry = MetricsRegistry()) -> RedisClient.Configuration {
    var configuration = RedisClient.Configuration(url: url)
    configuration.timeout = .seconds(10)
    configuration.hardTimeout = .seconds(20)
    configuration.metrics = metrics
    configuration.logger.logLevel = .critical
    return configuration
}

/// Runs `body` with a client, and shuts it down.
func withClient<Value: Sendable>(
    _ configuration: RedisClient.Configuration, _ body: (RedisClient) async throws -> Value
) async throws -> Value {
    let client = try RedisClient(configuration)
    do {
        let value = try await body(client)
        await client.shutdown()
        return value
    } catch {
        await client.shutdown()
        throw error
    }
}

/// Asks until the answer is yes; the test's time limit ends it otherwise.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

/// The error that `work` throws.
func redisError(_ work: () async throws -> RESPValue) async -> RedisError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error as? RedisError
    }
}
