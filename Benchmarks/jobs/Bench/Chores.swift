import PorticoJSON
import PorticoJobs
import PorticoSQL
import Synchronization

/// The smallest job there is: a number, and nothing to do.
struct EmptyChore: Job {
    static let name = "bench.empty"
    let number: Int64

    init(_ number: Int64) { self.number = number }
    init(payload: JSONValue) throws { number = try payload.integer("number") }
    var payload: JSONValue { ["number": .integer(number)] }
}

/// Leaves a row behind and ends after that: a kill in between makes it run again.
struct PlainChore: Job {
    static let name = "bench.plain"
    static let policy = killedOften
    let number: Int64

    init(_ number: Int64) { self.number = number }
    init(payload: JSONValue) throws { number = try payload.integer("number") }
    var payload: JSONValue { ["number": .integer(number)] }
}

/// Leaves a row behind in the transaction that ends it.
struct OnceChore: Job {
    static let name = "bench.once"
    static let policy = killedOften
    let number: Int64

    init(_ number: Int64) { self.number = number }
    init(payload: JSONValue) throws { number = try payload.integer("number") }
    var payload: JSONValue { ["number": .integer(number)] }
}

/// A job that loses its worker more often than this is a dead letter, which would be counted as lost.
private let killedOften = JobPolicy(retries: 20)

/// What was done, for whoever waits for it.
final class Tally: Sendable {
    private let count = Atomic<Int>(0)

    var done: Int { count.load(ordering: .acquiring) }

    func add() {
        count.add(1, ordering: .acquiringAndReleasing)
    }
}

/// Who does the chores.
func chores(_ database: Database, _ tally: Tally) -> JobBook {
    var book = JobBook()
    book.handle(EmptyChore.self) { _, _ in tally.add() }
    book.handle(PlainChore.self) { chore, _ in
        try await database.write { try Effects.add(chore.number, "plain", in: $0) }
        tally.add()
    }
    book.handle(OnceChore.self) { chore, run in
        try await database.write { transaction in
            try Effects.add(chore.number, "once", in: transaction)
            try run.finish(in: transaction)
        }
        tally.add()
    }
    return book
}

/// A row for every time a chore was done.
enum Effects {
    static let component = SchemaComponent(
        name: "bench",
        migrations: [
            Migration(1, "effects") { dialect in
                "CREATE TABLE effects (number \(dialect.integer) NOT NULL, kind \(dialect.text) NOT NULL)"
            }
        ])

    static func add(_ number: Int64, _ kind: String, in transaction: Transaction) throws {
        try transaction.execute("effects.add", "INSERT INTO effects (number, kind) VALUES (\(number), \(kind))")
    }
}
