import PorticoJSON
import PorticoRedis
import PorticoValues
import Synchronization

/// Another program that reads the event streams of bag tracking, with nothing but the commands that Redis has for it.
final class StreamReader: Sendable {
    static let group = "ledger"
    private static let streams = 8

    private struct State {
        /// Ids of events by stream, each once, in the order in which they came first.
        var order: [String: [Int64]] = [:]
        var seen: Set<Int64> = []
        /// The codes that accepted scans told of.
        var codes: Set<String> = []
        var kinds: Set<String> = []
        var isOver = false
    }

    private let client: RedisClient
    private let state = Mutex(State())

    init(port: Int) throws {
        var configuration = RedisClient.Configuration(url: "redis://127.0.0.1:\(port)")
        configuration.timeout = .seconds(2)
        configuration.hardTimeout = .seconds(5)
        client = try RedisClient(configuration)
    }

    /// Ids of events by stream, each once, in the order in which they came first.
    var order: [[Int64]] { state.withLock { Array($0.order.values) } }
    /// The codes that accepted scans told of.
    var codes: Set<String> { state.withLock { $0.codes } }
    /// The kinds of events that came.
    var kinds: Set<String> { state.withLock { $0.kinds } }

    /// Reads until ``stop()``. What fails is tried again.
    func run() async {
        while !state.withLock({ $0.isOver }) {
            for number in 0..<StreamReader.streams { try? await read(number) }
            await Task.yield()
        }
        await client.shutdown()
    }

    func stop() { state.withLock { $0.isOver = true } }

    /// First what was received and not acknowledged, then what is new.
    private func read(_ number: Int) async throws {
        for start in ["0", ">"] {
            let key = "{bags:events}:\(StreamReader.streams):\(number)"
            let command = RedisCommand(
                "XREADGROUP", "GROUP", StreamReader.group, "reader", "COUNT", "50", "STREAMS", key, start)
            let answer = try await client.send(command)
            // RESP3 answers with a map, RESP2 with pairs.
            let entries = answer[key]?.elements ?? answer.elements?.first?.elements?.last?.elements ?? []
            for entry in entries { try await take(entry, of: key) }
        }
    }

    private func take(_ entry: RESPValue, of key: String) async throws {
        guard let parts = entry.elements, parts.count == 2, let id = parts[0].text,
            let position = Int64(id.prefix { $0 != "-" })
        else { return }
        let (kind, payload) = (parts[1]["k"]?.text ?? "", parts[1]["p"]?.bytes ?? [])
        let code = (try? JSONValue(parsing: payload))?["code"]?.string
        state.withLock { state in
            guard state.seen.insert(position).inserted else { return }
            state.order[key, default: []].append(position)
            state.kinds.insert(kind)
            if let code, kind == "scan.accepted" { state.codes.insert(code) }
        }
        _ = try await client.send(RedisCommand("XACK", key, StreamReader.group, id), isIdempotent: true)
    }
}
