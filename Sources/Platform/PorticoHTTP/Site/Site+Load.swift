import PorticoLimits

/// What a site does when it has more requests than it can answer.
extension Site {
    /// Refuses what there is no place for, before a task is begun for it: that would cost more than the refusal.
    /// - Returns: nil where there may be a place.
    func refuseAtOnce(_ request: Request, _ match: Router.Match) -> Response? {
        guard case .deferred = match.served.route.handler, configuration.doors.isFull(for: match.served) else {
            return nil
        }
        let exchange = arrive(request)
        exchange.take(match)
        do {
            try enter(exchange)
            exchange.isShed = true
            throw Doors.overloaded
        } catch {
            return leave(exchange, present(error, exchange), measure: nil)
        }
    }

    /// Finds a place for a request.
    /// - Throws: ``Problem`` 503 `overloaded`.
    func place(for exchange: Exchange, on served: ServedRoute) throws -> LoadPermit? {
        do {
            return try configuration.doors.place(for: served)
        } catch {
            exchange.isShed = true
            throw error
        }
    }
}
