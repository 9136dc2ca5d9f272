import Portico

/// The trace of a seed lot, forward to sacks and bills.
struct TraceRoutes: Sendable {
    private struct Input: RouteInput {
        let lot: String

        init(_ fields: inout FieldReader) {
            lot = ASCII.upperCased(
                ScannedText.tidied(fields.text("lot", 1...40, example: "MUS/2025/001", "The lot on the labels")))
        }
    }

    let services: BagTrackingServices

    var routes: [Route] {
        [
            .json(
                .get, "/api/v1/trace", "traceLot", "Every sack and bill that bags of a lot went to",
                access: .permission("trace.read"), limit: BagLimits.search, cache: .privateRevalidated
            ) { [services] (_: RequestContext, input: Input) -> Reply<TraceAnswer> in
                let trace = try await services.database.read(.mayLag) { try LotTrace(input.lot, in: $0) }
                return .ok(trace.map { TraceAnswer($0) } ?? TraceAnswer(lot: input.lot))
            }
        ]
    }
}

/// Where the bags of a lot went.
struct TraceAnswer: JSONRepresentable {
    /// A sack with bags of the lot.
    struct Parent: JSONRepresentable {
        static let schemaName = "TracedParent"
        static let example = Parent(code: "SB00012", count: 28, billCode: "LKO 2025/117")

        var code: String
        var count: Int
        var billCode: String?

        func write(to object: inout JSONObjectWriter) {
            object.field("code", code)
            object.field("child_count_of_lot", count, "Bags of the lot in the sack")
            object.field("bill_code", billCode, "The bill the sack is on")
        }
    }

    /// A bill with bags of the lot.
    struct Bill: JSONRepresentable {
        static let schemaName = "TracedBill"
        static let example = Bill(
            code: "LKO 2025/117", state: "dispatched", consignee: "Kisan Seva Kendra", destination: "Unnao", count: 28,
            returned: 0)

        var code: String
        var state: String
        var consignee: String?
        var destination: String?
        var count: Int
        var returned: Int

        func write(to object: inout JSONObjectWriter) {
            object.field("code", code)
            object.field("state", state)
            object.field("consignee", consignee)
            object.field("destination", destination)
            object.field("child_count_of_lot", count, "Bags of the lot on the bill")
            object.field("returned_child_count_of_lot", returned, "Bags of the lot that came back from it")
        }
    }

    /// A sack that came back with bags of the lot.
    struct Return: JSONRepresentable {
        static let schemaName = "TracedReturn"
        static let example = Return(
            code: "SB00013", billCode: "LKO 2025/116", ticketCode: "RTN-20251121-0F3A", count: 30)

        var code: String
        var billCode: String
        var ticketCode: String
        var count: Int

        func write(to object: inout JSONObjectWriter) {
            object.field("parent_code", code)
            object.field("bill_code", billCode, "The bill it had left on")
            object.field("ticket_code", ticketCode, "The return ticket it came back on")
            object.field("child_count_of_lot", count, "Bags of the lot that were in it")
        }
    }

    static let schemaName = "LotTrace"
    static let example = TraceAnswer(
        lot: "MUS/2025/001", children: 30, loose: 2, parents: [.example], bills: [.example], returns: [.example])

    var lot: String
    var children = 0
    var loose = 0
    var parents: [Parent] = []
    var bills: [Bill] = []
    var returns: [Return] = []

    func write(to object: inout JSONObjectWriter) {
        object.field("lot", lot)
        object.field("children", children, "All bags of the lot")
        object.field("loose", loose, "Those in no sack")
        object.field("parents", parents, "Sacks with bags of the lot")
        object.field("bills", bills, "Bills that such sacks are on, or came back from")
        object.field("returns", returns, "Such sacks that came back")
    }
}

extension TraceAnswer {
    /// A trace as the API tells it.
    init(_ trace: LotTrace) {
        self.init(
            lot: trace.lot, children: trace.children, loose: trace.loose,
            parents: trace.sacks.map { Parent(code: $0.code, count: $0.count, billCode: $0.bill?.code) },
            bills: trace.bills.map { entry in
                Bill(
                    code: entry.bill.code, state: entry.bill.state, consignee: entry.bill.consignee,
                    destination: entry.bill.destination, count: entry.count, returned: entry.returned)
            },
            returns: trace.returns.map {
                Return(code: $0.sackCode, billCode: $0.bill.code, ticketCode: $0.ticketCode, count: $0.count)
            })
    }
}
