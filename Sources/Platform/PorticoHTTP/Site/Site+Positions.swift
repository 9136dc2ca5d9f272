import PorticoSQL
import PorticoTelemetry

extension Site {
    /// Runs the steps of a request, with what it costs and what copies of the database must know for it.
    func measured(
        _ measure: RequestMeasure, _ session: ReadSession?, _ steps: () async -> Response
    ) async -> Response {
        await RequestMeasure.$current.withValue(measure) {
            guard let session else { return await steps() }
            return await ReadSession.$current.withValue(session) { await steps() }
        }
    }

    /// A session for a request; nil where no database has copies.
    var newSession: ReadSession? {
        hasPositions ? ReadSession() : nil
    }

    /// Takes over up to where the caller has written or was told.
    func remember(_ exchange: Exchange) {
        guard let session = exchange.session, let positions = exchange.served?.mount.positions else { return }
        positions.prepare(session, exchange.request.head, exchange.principal)
    }

    /// Notes what the caller has written or was told now.
    func settle(_ exchange: Exchange, _ response: inout Response) {
        guard let session = exchange.session, !exchange.isShared, let positions = exchange.served?.mount.positions
        else { return }
        positions.settle(session, exchange.request.head, exchange.principal, &response)
    }
}

extension Response {
    /// Whether the body is all there, so that it can be kept.
    var hasWholeBody: Bool {
        if case .stream = body { false } else { true }
    }
}
