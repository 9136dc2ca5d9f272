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
        fields.note(
            Departure.problems(
                vehicleNumber: vehicleNumber, driverName: driverName, driverPhone: driverPhone, sealNumber: sealNumber))
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
        services.billRoute(
            "/gate-check/abandon", "abandonGateCheck", "Give a running check up", permission: "gate.check",
            refusals: ["invalid_state"]
        ) { (services, input: ReasonedBillInput, caller) in
            try await services.gate.abandon(input.id, reason: input.reason, by: caller)
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
            refusals: BillSackRoutes.codeRefusals + [(409, "invalid_state"), (409, "not_on_bill"), (409, "other_area")]
        ) { [services] (context: RequestContext, input: BillScanInput) -> Reply<ScanAnswer> in
            let request = input.request(.gate, at: context.now)
            return try await services.scans.scan(request, by: BagCaller(context)).reply(context)
        }
    }

    private var resolve: Route {
        var route = services.billRoute(
            "/gate-check/findings/{finding_id}/resolve", "resolveFinding",
            "Note that a foreign sack was taken off the lorry", permission: "gate.check", refusals: ["invalid_state"]
        ) { (services, input: FindingInput, caller) in
            try await services.gate.unload(input.findingID, of: input.id, by: caller)
        }
        route.refusals.append((404, "finding_not_found"))
        return route
    }

    private var dispatch: Route {
        services.billRoute(
            "/dispatch", "dispatchBill", "Let a lorry go whose check found all its sacks", permission: "gate.check",
            refusals: ["invalid_state", "gate_check_incomplete", "unresolved_findings"]
        ) { (services, input: DispatchInput, caller) in
            try await services.gate.dispatch(input.id, input.departure(), by: caller)
        }
    }
}
