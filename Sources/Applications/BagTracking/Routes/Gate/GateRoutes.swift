import Portico

/// A foreign sack on a lorry, and what became of it.
struct FindingInput: RouteInput {
    /// The only thing that can be done about it.
    enum Resolution: String, CaseIterable {
        /// It was taken off the lorry.
        case unloaded
    }

    let id: Int64
    let findingID: Int64
    let resolution: Resolution

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        findingID = fields.identifier("finding_id", "The finding")
        resolution = fields.choice(
            "resolution", of: Resolution.self, default: .unloaded, "unloaded: it was taken off the lorry")
    }
}

/// A lorry that is to go.
struct DispatchInput: RouteInput {
    let id: Int64
    private let vehicleNumber: String
    private let driverName: String
    private let driverPhone: String?
    private let sealNumber: String?

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        vehicleNumber = fields.text(
            "vehicle_number", 0...100, example: "UP32AB1234", "Registration; spaces and hyphens are ignored")
        driverName = fields.text("driver_name", 0...1000, example: "Ram Kumar", "2 to 100 characters")
        driverPhone = fields.optionalText("driver_phone", 0...100, example: "+919812345678", "E.164")
        sealNumber = fields.optionalText("seal_number", 0...1000, example: "S123456", "Up to 40 characters")
    }

    /// What was entered.
    /// - Throws: ``Refusal`` `validation_failed`.
    func departure() throws(Refusal) -> Departure {
        try Departure(
            vehicleNumber: vehicleNumber, driverName: driverName, driverPhone: driverPhone, sealNumber: sealNumber)
    }
}

/// The routes of the gate: the check of a lorry, and letting it go (rules R27, R28).
struct GateRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [start, abandon, scan.matters(.critical), resolve, dispatch] }

    private var start: Route {
        .json(
            .post, "/api/v1/bills/{id}/gate-check", "startGateCheck", "Start the check of a completed bill's lorry",
            access: .permission("gate.check"), limit: BagLimits.write, statuses: [(.created, "The check is running")],
            refusals: [(404, "bill_not_found"), (409, "invalid_state"), (409, "gate_check_running")]
        ) { [services] (context: RequestContext, input: BillInput) -> Reply<BillAnswer> in
            let answer = try await services.gate.start(input.id, by: BagCaller(context))
            return .created(answer, at: "\(context.mount)/api/v1/bills/\(input.id)")
        }
    }

    private var abandon: Route {
        .json(
            .post, "/api/v1/bills/{id}/gate-check/abandon", "abandonGateCheck", "Give a running check up",
            access: .permission("gate.check"), limit: BagLimits.write,
            refusals: [(404, "bill_not_found"), (409, "invalid_state")]
        ) { [services] (context: RequestContext, input: ReasonedBillInput) -> Reply<BillAnswer> in
            .ok(try await services.gate.abandon(input.id, reason: input.reason, by: BagCaller(context)))
        }
    }

    private var scan: Route {
        .json(
            .post, "/api/v1/bills/{id}/gate-check/scans", "scanAtGate", "Scan a sack on the lorry",
            access: .permission("gate.check"), limit: BagLimits.scan,
            statuses: [
                (.created, "The sack is on the bill and seen now"),
                (.ok, "It was seen before, or this is the first answer again"),
            ],
            refusals: BillSackRoutes.codeRefusals + [(409, "invalid_state"), (409, "not_on_bill")]
        ) { [services] (context: RequestContext, input: BillScanInput) -> Reply<ScanAnswer> in
            let request = input.request(.gate, at: context.now)
            return try await services.scans.scan(request, by: BagCaller(context)).reply(context)
        }
    }

    private var resolve: Route {
        .json(
            .post, "/api/v1/bills/{id}/gate-check/findings/{finding_id}/resolve", "resolveFinding",
            "Note that a foreign sack was taken off the lorry", access: .permission("gate.check"),
            limit: BagLimits.write,
            refusals: [(404, "bill_not_found"), (404, "finding_not_found"), (409, "invalid_state")]
        ) { [services] (context: RequestContext, input: FindingInput) -> Reply<BillAnswer> in
            .ok(try await services.gate.unload(input.findingID, of: input.id, by: BagCaller(context)))
        }
    }

    private var dispatch: Route {
        .json(
            .post, "/api/v1/bills/{id}/dispatch", "dispatchBill", "Let a lorry go whose check found all its sacks",
            access: .permission("gate.check"), limit: BagLimits.write,
            refusals: [
                (404, "bill_not_found"), (409, "invalid_state"), (409, "gate_check_incomplete"),
                (409, "unresolved_findings"),
            ]
        ) { [services] (context: RequestContext, input: DispatchInput) -> Reply<BillAnswer> in
            let departure = try input.departure()
            return .ok(try await services.gate.dispatch(input.id, departure, by: BagCaller(context)))
        }
    }
}
