import PorticoHTTP
import PorticoIdentity
import PorticoLimits
import PorticoSQL
import PorticoValues
import Synchronization

/// The limits of one application as its operators have them: what the routes declare, and what was changed since. Changes
/// are rows of the application's database, so that every node has them within half a second and after a restart.
public final class LimitDesk: Sendable {
    /// How often a node looks for changes of others.
    public static let interval: Duration = .milliseconds(500)

    /// One limit as it stands.
    public struct Standing: Sendable {
        /// As `RateLimit-Policy` tells it.
        public let name: String
        /// What the routes declare.
        public let declared: LimitTerms
        /// What an operator made of it; nil when nothing was changed.
        public let changed: LimitTerms?
        /// What it let pass on this node; nil while nothing is counted.
        public let report: RateRuleReport?
        /// Routes that count under it: method and path.
        public let routes: [String]

        /// The terms in force.
        public var terms: LimitTerms { changed ?? declared }
    }

    private struct State {
        var declared: [String: RateRule] = [:]
        var routes: [String: [String]] = [:]
        var changed: [String: LimitTerms] = [:]
    }

    private let database: Database
    private let book: RateRuleBook
    private let state = Mutex(State())

    /// A desk over the rules of `book`, which the other applications of the node share.
    public init(database: Database, book: RateRuleBook) {
        self.database = database
        self.book = book
    }

    /// Takes the limits that the routes of the application declare, and puts them in force with the changes made before.
    /// - Throws: ``SQLError`` when the changes can't be read.
    public func open(_ mount: Mount) async throws {
        state.withLock { state in
            for route in mount.routes {
                guard let rule = route.limit.rule(of: mount) else { continue }
                state.declared[rule.name] = rule
                state.routes[rule.name, default: []].append("\(route.method) \(mount.prefix)\(route.path)")
            }
        }
        for rule in state.withLock({ Array($0.declared.values) }) { try? book.set(rule) }
        try await refresh()
    }

    /// Looks for changes until the task is cancelled. A database that does not answer leaves the limits as they are.
    public func run() async {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: LimitDesk.interval)) != nil else { return }
            try? await refresh()
        }
    }

    /// Puts in force what the database has.
    /// - Throws: ``SQLError``.
    public func refresh() async throws {
        let rows = try await database.read { reading in
            try reading.all("limits.changed", "SELECT name, quota, window_seconds, burst, mode FROM changed_limits") {
                (name: try $0[0] as String, terms: try LimitTerms($0, from: 1))
            }
        }
        let changed = Dictionary(rows.map { ($0.name, $0.terms) }) { first, _ in first }
        let (before, declared) = state.withLock { state in
            defer { state.changed = changed }
            return (state.changed, state.declared)
        }
        for (name, rule) in declared where before[name] != changed[name] {
            apply(changed[name], to: rule)
        }
    }

    /// All limits by name.
    public var standings: [Standing] {
        let reports = Dictionary(book.reports.map { ($0.rule.name, $0) }) { first, _ in first }
        let state = self.state.withLock { $0 }
        return state.declared.values
            .map { rule in
                Standing(
                    name: rule.name, declared: LimitTerms(rule), changed: state.changed[rule.name],
                    report: reports[rule.name], routes: state.routes[rule.name] ?? [])
            }
            .sorted { $0.name < $1.name }
    }

    /// Changes a limit, here at once and on other nodes within ``interval``.
    /// - Throws: ``Problem`` 404 for a limit nobody declares, 422 for terms that can't be; ``SQLError``.
    public func change(_ name: String, to terms: LimitTerms, by context: RequestContext) async throws {
        let before = try standing(name)
        do {
            _ = try terms.rule(from: try declared(name))
        } catch let error as RateRuleError {
            throw Problem(422, "validation_failed", error.description)
        }
        try await database.write { transaction in
            try transaction.execute(
                "limits.change",
                """
                INSERT INTO changed_limits (name, quota, window_seconds, burst, mode, changed_at, changed_by)
                VALUES (\(name), \(Int64(terms.quota)), \(Int64(terms.windowSeconds)), \(Int64(terms.burst)),
                    \(terms.mode.rawValue), \(context.now), \(context.principal?.accountID))
                ON CONFLICT (name) DO UPDATE SET quota = excluded.quota, window_seconds = excluded.window_seconds,
                    burst = excluded.burst, mode = excluded.mode, changed_at = excluded.changed_at,
                    changed_by = excluded.changed_by
                """)
            try transaction.audit(
                AuditEntry(
                    "limit.changed", entity: name, before: before.terms.audited, after: terms.audited, by: context))
        }
        try await refresh()
    }

    /// Puts the declared limit back in force.
    /// - Throws: ``Problem`` 404 for a limit nobody declares; ``SQLError``.
    public func reset(_ name: String, by context: RequestContext) async throws {
        let before = try standing(name)
        try await database.write { transaction in
            let removed = try transaction.execute("limits.reset", "DELETE FROM changed_limits WHERE name = \(name)")
            guard removed > 0 else { return }
            try transaction.audit(
                AuditEntry(
                    "limit.reset", entity: name, before: before.terms.audited, after: before.declared.audited,
                    by: context))
        }
        try await refresh()
    }

    /// How a limit stands.
    /// - Throws: ``Problem`` 404.
    public func standing(_ name: String) throws -> Standing {
        guard let standing = standings.first(where: { $0.name == name }) else {
            throw Problem(404, "not_found", "There is no limit of this name.")
        }
        return standing
    }

    private func declared(_ name: String) throws -> RateRule {
        guard let rule = state.withLock({ $0.declared[name] }) else {
            throw Problem(404, "not_found", "There is no limit of this name.")
        }
        return rule
    }

    /// Terms that were good when they were written and no longer are leave the declared rule in force.
    private func apply(_ terms: LimitTerms?, to declared: RateRule) {
        guard let terms else {
            try? book.set(declared)
            return
        }
        do {
            if let rule = try terms.rule(from: declared) { try book.set(rule) } else { book.remove(declared.name) }
        } catch {
            try? book.set(declared)
        }
    }
}
