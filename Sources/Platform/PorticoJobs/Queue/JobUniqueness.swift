import PorticoJSON
import PorticoValues

/// What makes two jobs the same: enqueuing the second gives back the first. Holds for jobs of one name, or with
/// ``acrossQueue`` for all of a queue; for one job, for many at once, and however many nodes enqueue at the same time.
///
/// ```swift
/// var uniqueness: JobUniqueness? { .whileActive(argumentsKey()) }              // the same arguments
/// var uniqueness: JobUniqueness? { .whileWaiting(argumentsKey("tenant")) }     // the same tenant
/// var uniqueness: JobUniqueness? { .within(.hours(1), "reindex").acrossQueue } // once an hour in its queue
/// ```
public struct JobUniqueness: Sendable, Hashable {
    let key: String
    let endsAtStart: Bool
    let period: Span?
    private let isAcrossQueue: Bool

    /// The same until it has ended: there is never more than one.
    public static func whileActive(_ key: String) -> JobUniqueness {
        JobUniqueness(key: key, endsAtStart: false, period: nil, isAcrossQueue: false)
    }

    /// The same until it starts: what changes while it runs can ask for another run.
    public static func whileWaiting(_ key: String) -> JobUniqueness {
        JobUniqueness(key: key, endsAtStart: true, period: nil, isAcrossQueue: false)
    }

    /// The same for `period` from when the first was enqueued, done or not. One that failed or was cancelled does not
    /// count.
    public static func within(_ period: Span, _ key: String) -> JobUniqueness {
        JobUniqueness(key: key, endsAtStart: false, period: max(period, .milliseconds(1)), isAcrossQueue: false)
    }

    /// The same among all jobs of the queue, whatever their name.
    public var acrossQueue: JobUniqueness {
        JobUniqueness(key: key, endsAtStart: endsAtStart, period: period, isAcrossQueue: true)
    }

    /// The key as the table has it. Names hold no space, so that two scopes never read the same.
    func stored(name: String, queue: String) -> String {
        isAcrossQueue ? "@\(queue) \(key)" : "\(name) \(key)"
    }
}

extension Job {
    /// A key for what the job is asked to do: the same for the same arguments.
    /// - Parameter members: the members of the payload that count; all of them when none is named.
    public func argumentsKey(_ members: String...) -> String {
        let payload = self.payload
        let counted: JSONValue =
            members.isEmpty ? payload : .object(members.map { (key: $0, value: payload[$0] ?? .null) })
        return Digest.sha256(counted.ordered.bytes).hexadecimal
    }
}

extension JSONValue {
    /// The same value with the members of all objects in the order of their names.
    fileprivate var ordered: JSONValue {
        switch self {
        case .object(let object):
            .object(object.map { (key: $0.key, value: $0.value.ordered) }.sorted { $0.key < $1.key })
        case .array(let elements): .array(elements.map(\.ordered))
        default: self
        }
    }
}
