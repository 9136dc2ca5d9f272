import CLibPQ
import PorticoSQL

/// Asks the server to end what a connection runs, over a connection of its own.
///
/// The request may arrive when the statement has ended; whoever asks must not use the connection for anything else then.
///
/// `@unchecked Sendable`: libpq's request never changes, and may be sent from any thread
/// (https://www.postgresql.org/docs/15/libpq-cancel.html).
final class StatementCanceller: @unchecked Sendable {
    private let request: OpaquePointer

    /// What it takes to cancel on a connection; nil when libpq has no memory for it.
    init?(_ connection: OpaquePointer) {
        guard let request = PQgetCancel(connection) else { return nil }
        self.request = request
    }

    deinit { PQfreeCancel(request) }

    /// Asks, on a thread of its own. Where that fails, the statement runs to its end, or to its limit of time.
    func cancel() {
        try? startThread("pg-cancel") { [self] in
            var complaint = [CChar](repeating: 0, count: 256)
            PQcancel(request, &complaint, Int32(complaint.count))
        }
    }
}
