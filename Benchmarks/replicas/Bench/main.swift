import Glibc
import Logging
import PorticoPostgreSQL
import PorticoSQL
import PorticoValues

// What it costs to choose where a read runs, and to learn where a commit is in the log: medians of single calls, one after
// the other, of rounds that take turns.

let arguments = CommandLine.arguments
guard arguments.count == 5, let calls = Int(arguments[3]), let rounds = Int(arguments[4]) else {
    print("usage: Bench PRIMARY REPLICA CALLS ROUNDS")
    exit(64)
}

func open(_ replicas: [ReplicaAddress]) async throws -> (engine: PostgreSQLEngine, database: Database) {
    var configuration = PostgreSQLEngine.Configuration(url: arguments[1], schema: "bench", base: 2, overflow: 6)
    configuration.replicas = replicas
    let engine = try await PostgreSQLEngine.open(configuration)
    let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    return (engine, Database(engine: engine, queries: QueryLog(logger: logger)))
}

/// Microseconds of each of many calls.
func time(_ count: Int, _ call: () async throws -> Void) async throws -> [Double] {
    var all: [Double] = []
    for _ in 0..<count {
        let started = monotonicNanoseconds()
        try await call()
        all.append(Double(monotonicNanoseconds() - started) / 1000)
    }
    return all
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

let alone = try await open([])
let followed = try await open([ReplicaAddress(url: arguments[2])])
try await alone.database.write {
    try $0.execute("bench.table", "CREATE TABLE IF NOT EXISTS things (id int PRIMARY KEY, n int)")
    try $0.execute(
        "bench.rows", "INSERT INTO things SELECT g, g FROM generate_series(1, 1000) g ON CONFLICT DO NOTHING")
}
while !followed.engine.replicas.allSatisfy(\.isFollowing) { usleep(50_000) }

@Sendable func count(_ reading: Reading) throws -> Int {
    try reading.scalar("bench.count", "SELECT count(*) FROM things WHERE n % 7 = 3", as: Int.self) ?? 0
}

let known = ReadSession()
known.remember(LogPosition(1), key: 7)
var figures: [(name: String, values: [Double])] = [
    ("read at the primary", []), ("read at the copy, position known", []),
    ("read at the copy, everything there is", []),
    ("commit, without copies", []), ("commit, with its position", []),
    ("read of what was just committed, elsewhere", []),
]
for _ in 0..<rounds {
    figures[0].values += try await time(calls) { _ = try await followed.database.read(count) }
    figures[1].values += try await time(calls) {
        _ = try await ReadSession.$current.withValue(known) { try await followed.database.read(.mayLag, count) }
    }
    figures[2].values += try await time(calls) { _ = try await followed.database.read(.present, count) }
    for (place, database) in [(3, alone.database), (4, followed.database)] {
        figures[place].values += try await time(calls) {
            try await database.write { _ = try $0.execute("bench.change", "UPDATE things SET n = n + 7 WHERE id = 1") }
        }
    }
    for _ in 0..<calls {
        try await followed.database.write {
            _ = try $0.execute("bench.change", "UPDATE things SET n = n + 7 WHERE id = 1")
        }
        figures[5].values += try await time(1) { _ = try await followed.database.read(.present, count) }
    }
}
for (name, values) in figures { print("\(name)\t\(Int(median(values))) µs") }
let replica = followed.engine.replicas[0]
print("copy: \(replica.isFollowing ? "follows" : replica.fault)")
await followed.engine.close()
await alone.engine.close()
