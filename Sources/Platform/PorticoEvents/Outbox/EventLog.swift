import PorticoJSON
import PorticoSQL
import PorticoValues

/// Which kinds of events are kept after the outbox has let go of them, and for how long.
///
/// ```swift
/// EventLogPolicy([.forever("bag.*"), .keep("scan.accepted", for: .days(90))])
/// ```
///
/// A kind is kept from the day it is named here; what was removed before does not come back.
public struct EventLogPolicy: Sendable, Hashable {
    /// One kind, or all of a beginning.
    public struct Rule: Sendable, Hashable {
        /// The kind, `bag.*` for all of a beginning, `*` for all.
        public let pattern: String
        /// How long it is kept; nil for ever.
        public let span: Span?

        /// Kept for ever.
        public static func forever(_ pattern: String) -> Rule { Rule(pattern: pattern, span: nil) }
        /// Kept for a span.
        public static func keep(_ pattern: String, for span: Span) -> Rule { Rule(pattern: pattern, span: span) }

        func covers(_ kind: String) -> Bool {
            if pattern == "*" { return true }
            return pattern.hasSuffix(".*") ? kind.hasPrefix(pattern.dropLast()) : kind == pattern
        }

        var condition: SQL {
            if pattern == "*" { return "1 = 1" }
            guard pattern.hasSuffix(".*") else { return "kind = \(pattern)" }
            let beginning = String(pattern.dropLast())
            return "substr(kind, 1, CAST(\(beginning.unicodeScalars.count) AS INTEGER)) = \(beginning)"
        }
    }

    /// What is kept. Where two rules name a kind, the shorter span counts.
    public let rules: [Rule]

    /// Nothing is kept.
    public static let none = EventLogPolicy([])

    /// A policy.
    public init(_ rules: [Rule]) {
        self.rules = rules
    }

    /// Whether nothing is kept.
    public var isEmpty: Bool { rules.isEmpty }

    /// Whether events of a kind stay for ever.
    public func keepsForever(_ kind: String) -> Bool {
        let covering = rules.filter { $0.covers(kind) }
        return !covering.isEmpty && covering.allSatisfy { $0.span == nil }
    }

    var condition: SQL {
        rules.dropFirst().reduce(rules.first?.condition ?? "1 = 0") { "\($0) OR \($1.condition)" }
    }
}

extension EventOutbox {
    /// Events after a position and not after `end`, in order, at most `limit`, from the log and from the outbox. Of kinds
    /// that the log does not keep there are only those of the last ``retention``.
    /// - Throws: ``SQLError``.
    public func history(
        after position: EventPosition, through end: EventPosition, limit: Int, in session: some SQLSession
    ) throws -> [PublishedEvent] {
        let young = try events(after: position, through: end, limit: limit, in: session)
        guard !log.isEmpty else { return young }
        let old = try session.all(
            "events.log_after",
            """
            SELECT id, kind, key, payload, at FROM event_log
            WHERE id > \(position.id) AND id <= \(end.id) ORDER BY id LIMIT \(limit)
            """
        ) { try PublishedEvent($0) }
        guard !old.isEmpty else { return young }
        // An event that moves into the log between the two statements is in both.
        var merged: [PublishedEvent] = []
        for event in (old + young).sorted(by: { $0.position < $1.position })
        where merged.last?.position != event.position {
            merged.append(event)
        }
        return Array(merged.prefix(limit))
    }

    /// How many events there are after a position and not after `end`, in log and outbox.
    func count(after position: EventPosition, through end: EventPosition, in session: some SQLSession) throws -> Int {
        try session.scalar(
            "events.count",
            """
            SELECT (SELECT count(*) FROM event_log WHERE id > \(position.id) AND id <= \(end.id))
                + (SELECT count(*) FROM event_outbox WHERE id > \(position.id) AND id <= \(end.id))
            """, as: Int.self) ?? 0
    }
}

extension PublishedEvent {
    /// From the columns id, kind, key, payload, at.
    init(_ row: Row) throws {
        let text: String = try row[3]
        self.init(
            position: EventPosition(id: try row[0]),
            event: Event(
                try row[1], key: try row[2], payload: try JSONValue(parsing: Array(text.utf8)), at: try row[4]))
    }
}
