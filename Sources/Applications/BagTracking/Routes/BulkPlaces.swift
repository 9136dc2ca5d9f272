import Portico

/// Holds one of its person's places while a request of the class `bulk` runs, and while its answer streams: two at once, over
/// all routes of the class and all nodes.
///
/// The jobs of imports go on when their request is answered and are counted by themselves.
struct BulkPlaces: Sendable {
    let desk: ExportDesk

    /// The route as it is, or with a place where it is of the class.
    func limited(_ route: Route) -> Route {
        guard route.limit == BagLimits.bulk else { return route }
        let isExport = route.path.hasPrefix("/api/v1/exports/")
        var limited = route.surrounded { [desk] context, handle in
            let permit = try await desk.admit(context.caller.accountID, isExport: isExport)
            let response: Response
            do {
                response = try await handle()
            } catch {
                try await permit.use {}
                throw error
            }
            return try await BulkPlaces.holding(permit, response)
        }
        let refusal: (status: HTTPStatus, code: String) = (429, "too_many_running")
        if !route.refusals.contains(where: { $0 == refusal }) { limited.refusals.append(refusal) }
        return limited
    }

    /// Gives the place back at the end of the answer: now, or when it has streamed.
    private static func holding(_ permit: ExportPermit, _ response: Response) async throws -> Response {
        guard case .stream(let produce) = response.body else {
            try await permit.use {}
            return response
        }
        var held = response
        held.body = .stream { writer in try await permit.use { try await produce(writer) } }
        return held
    }
}
