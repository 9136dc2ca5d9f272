import Portico
import Synchronization

/// Writes down who was refused what (rule R44): at most 60 rows a minute and person, in the order they came, beside the
/// requests.
final class DeniedJournal: Sendable {
    private struct Window {
        let begins: Instant
        var rows: Int
    }

    private struct State {
        var waiting: [AuditEntry] = []
        var windows: [Int64: Window] = [:]
    }

    /// Rows a person may cause in one window.
    static let limit = 60
    private static let window = Span.minutes(1)
    /// Rows that may wait while the database is away; more are let go of.
    private static let capacity = 10_000

    private let database: Database
    private let bell = EventBell()
    private let state = Mutex(State())

    init(database: Database) {
        self.database = database
    }

    /// Notes a refusal. Takes no time and asks nothing of the database.
    func note(_ context: RequestContext) {
        guard let person = context.principal?.accountID else { return }
        let head = context.request.head
        let entry = AuditEntry("access.denied", entity: "\(head.method.name) \(head.path)", by: context)
        let isNoted = state.withLock { state in
            guard state.waiting.count < DeniedJournal.capacity,
                DeniedJournal.admits(person, at: context.now, &state.windows)
            else { return false }
            state.waiting.append(entry)
            return true
        }
        if isNoted { bell.ring() }
    }

    /// Writes what is noted until the task is cancelled, and then what is left.
    func run() async {
        while !Task.isCancelled {
            await bell.wait(atMost: .seconds(5))
            _ = try? await write()
        }
        // A task of its own: this one is cancelled, and what is noted must not be lost with it.
        await Task { _ = try? await write() }.value
    }

    /// Writes what is noted now.
    /// - Returns: number of rows.
    /// - Throws: ``SQLError``; the rows then wait for the next time.
    @discardableResult
    func write() async throws -> Int {
        let entries = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        guard !entries.isEmpty else { return 0 }
        do {
            try await database.write { transaction in
                for entry in entries { try transaction.audit(entry) }
            }
            return entries.count
        } catch {
            state.withLock { $0.waiting = entries + $0.waiting }
            throw error
        }
    }

    private static func admits(_ person: Int64, at now: Instant, _ windows: inout [Int64: Window]) -> Bool {
        if windows.count > 10_000 { windows = windows.filter { now - $0.value.begins < window } }
        guard var current = windows[person], now - current.begins < window else {
            windows[person] = Window(begins: now, rows: 1)
            return true
        }
        guard current.rows < limit else { return false }
        current.rows += 1
        windows[person] = current
        return true
    }
}
