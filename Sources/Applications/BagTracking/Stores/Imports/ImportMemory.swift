import Synchronization

/// What an import remembers of its own file from the first row to the last. What the part in hand adds is taken back when the
/// part is, and settles when the part stands.
struct ImportMemory: Sendable {
    /// What parts that stand have left behind. It is shared, so that no part copies what all before it have left.
    private final class Settled: Sendable {
        let notes = Mutex(Notes())
    }

    private struct Notes {
        /// Under which sack each bag stood first.
        var parents: [String: String] = [:]
        /// The sacks that were closed.
        var closed: Set<String> = []
    }

    private let settled = Settled()
    private var fresh = Notes()

    /// Notes that a bag stands under a sack, unless it stood under one before.
    mutating func note(_ child: String, under parent: String) {
        if first(child) == nil { fresh.parents[child] = parent }
    }

    /// The sack under which a bag stood first, where that is another one.
    func other(than parent: String, of child: String) -> String? {
        first(child).flatMap { $0 == parent ? nil : $0 }
    }

    private func first(_ child: String) -> String? {
        fresh.parents[child] ?? settled.notes.withLock { $0.parents[child] }
    }

    /// Notes that a sack is closed.
    /// - Returns: whether it was closed before.
    mutating func close(_ parent: String) -> Bool {
        if fresh.closed.contains(parent) || settled.notes.withLock({ $0.closed.contains(parent) }) { return true }
        fresh.closed.insert(parent)
        return false
    }

    /// The part stands.
    mutating func settle() {
        let notes = fresh
        settled.notes.withLock { settled in
            settled.parents.merge(notes.parents) { first, _ in first }
            settled.closed.formUnion(notes.closed)
        }
        fresh = Notes()
    }
}
