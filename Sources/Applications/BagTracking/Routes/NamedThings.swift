import Portico

/// What the paths of routes name, and how it is found for whoever asks.
///
/// Who may not know of a thing is told so before anything else is said about the request: the same 404 whether the body
/// is sound or not. Every route with such a path gets its look here, so that none can forget it.
struct NamedThings: Sendable {
    let services: BagTrackingServices

    /// The route with the look for what its path names; as it is when it names nothing that is looked for.
    func found(by route: Route) -> Route {
        let path = route.path.dropFirst(route.path.hasPrefix(NamedThings.api) ? NamedThings.api.count : 0)
        return looks.first { path == $0.path || path.hasPrefix("\($0.path)/") }.map { $0.add(route) } ?? route
    }

    private static let api = "/api/v1"

    private struct Look: Sendable {
        /// How the paths begin.
        let path: String
        let add: @Sendable (Route) -> Route

        /// - Parameter find: throws 404 when there is no such thing for the caller.
        init<Named: RouteInput>(
            _ path: String, _ find: @escaping @Sendable (Reading, Named, BagCaller) throws -> Void,
            in database: Database
        ) {
            self.path = path
            add = { route in
                route.finding { (context: RequestContext, named: Named) in
                    let caller = try BagCaller(context)
                    try await database.read { try find($0, named, caller) }
                }
            }
        }
    }

    private var looks: [Look] {
        let database = services.database
        return [
            Look("/bills/{id}/gate-check/findings/{finding_id}", finding, in: database),
            Look("/bills/{id}", bill, in: database), Look("/bags/{code}", bag, in: database),
            Look("/returns/{id}", ticket, in: database), Look("/scans/{id}", scan, in: database),
            Look("/users/{id}", person, in: database), Look("/imports/{id}", importing, in: database),
            Look("/areas/{code}", area, in: database), Look("/product-types/{code}", productType, in: database),
        ]
    }

    private func bill(_ reading: Reading, _ named: BillInput, _ caller: BagCaller) throws {
        _ = try BillLookup(reading).bill(named.id, for: caller, locked: false)
    }

    private func finding(_ reading: Reading, _ named: NamedFinding, _ caller: BagCaller) throws {
        let bill = try BillLookup(reading).bill(named.id, for: caller, locked: false)
        guard try GateReader(reading).hasFinding(named.findingID, of: bill.id) else { throw Refusal.findingNotFound() }
    }

    private func bag(_ reading: Reading, _ named: BagInput, _ caller: BagCaller) throws {
        guard try services.finder(reading, for: caller).bag(named.code) != nil else {
            throw Refusal.bagNotFound(named.code)
        }
    }

    private func ticket(_ reading: Reading, _ named: TicketInput, _ caller: BagCaller) throws {
        _ = try TicketLookup(reading).ticket(named.id, for: caller, locked: false)
    }

    private func scan(_ reading: Reading, _ named: NamedScan, _ caller: BagCaller) throws {
        guard try ScanLog(reading).hasScan(named.id, for: caller) else { throw Refusal.scanNotFound() }
    }

    private func person(_ reading: Reading, _ named: UserInput, _ caller: BagCaller) throws {
        _ = try PeopleStore.person(id: named.id, in: reading)
    }

    private func importing(_ reading: Reading, _ named: NamedImport, _ caller: BagCaller) throws {
        guard try ImportStore(services: services).record(named.id, in: reading) != nil else { throw ImportDesk.unknown }
    }

    private func area(_ reading: Reading, _ named: CatalogueItemInput, _ caller: BagCaller) throws {
        guard try services.catalog.catalog(in: reading).areaCodes.contains(named.code) else {
            throw CatalogStore.unknownArea(named.code)
        }
    }

    private func productType(_ reading: Reading, _ named: CatalogueItemInput, _ caller: BagCaller) throws {
        guard try services.catalog.catalog(in: reading).products.type(code: named.code) != nil else {
            throw CatalogStore.unknownType(named.code)
        }
    }
}

/// A scan that a path names.
private struct NamedScan: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The scan")
    }
}

/// An import that a path names by its job.
private struct NamedImport: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The job of the import")
    }
}

/// A finding of a bill's check that a path names.
private struct NamedFinding: RouteInput {
    let id: Int64
    let findingID: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The bill")
        findingID = fields.identifier("finding_id", in: .path, "The finding")
    }
}
