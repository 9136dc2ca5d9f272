import Glibc
import PorticoSQL

extension PostgreSQLConnection {
    /// How often a transaction is run again after another one got in between.
    private static let reruns = 3

    /// Runs `body` on one snapshot, for as long as somebody waits for it.
    func read<Value>(
        _ observer: StatementObserver, _ interest: ReadInterest, _ body: (Reading) throws -> Value
    ) throws -> Value {
        try begin(.reading)
        defer {
            endReading()
            // The wish to end a statement may still be under way, and would end one of somebody else's.
            if interest.isLost { retire() }
        }
        let canceller = pipeline.link.canceller
        return try interest.during(interrupt: { canceller?.cancel() }) {
            let channel = SessionChannel(self, dialect: .postgresql, observer: observer, interest: interest)
            return try body(Reading(channel))
        }
    }

    /// Runs `body` in a transaction, and again when another one got in between.
    func write<Value>(_ observer: StatementObserver, _ body: (Transaction) throws -> Value) throws -> Value {
        for attempt in 1...Self.reruns {
            do {
                return try writeOnce(observer, body)
            } catch {
                // The body may have thrown something of its own because of it.
                guard failure?.code == .serialization else { throw error }
                // The one that got in between needs a moment; two that met must not meet again in step.
                usleep(UInt32.random(in: 1000...5000) * UInt32(attempt))
            }
        }
        return try writeOnce(observer, body)
    }

    private func writeOnce<Value>(
        _ observer: StatementObserver, _ body: (Transaction) throws -> Value
    ) throws -> Value {
        try begin(.writing)
        let channel = SessionChannel(self, dialect: .postgresql, observer: observer)
        let value: Value
        do {
            value = try body(Transaction(channel))
            try commit(observer)
        } catch {
            abandon()
            throw error
        }
        for work in channel.afterCommit { work() }
        return value
    }
}
