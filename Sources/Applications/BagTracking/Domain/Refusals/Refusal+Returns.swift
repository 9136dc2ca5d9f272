/// What the return point may be told (rules R29, R30).
extension Refusal {
    static func ticketNotFound() -> Refusal {
        .notFound("ticket_not_found", "There is no such return ticket. Look it up in the list of returns.")
    }

    static func ticketNotOpen(_ code: String, _ state: TicketState) -> Refusal {
        var refusal = Refusal.conflict(
            "ticket_not_open", "Ticket \(code) is \(state.rawValue) and fixed. Open another one for further sacks.")
        refusal.state = state.rawValue
        return refusal
    }

    static func ticketEmpty(_ code: String) -> Refusal {
        .conflict("ticket_empty", "Ticket \(code) has no sack yet. Scan one, or cancel the ticket.")
    }

    static func notBilled(_ sack: SackFacts) -> Refusal {
        .conflict(
            "not_billed", "Sack \(sack.code) is on no bill: nobody has it to return. Check the code.",
            current: sack.current)
    }

    static func notDispatched(_ sack: SackFacts, _ state: BillState) -> Refusal {
        .conflict(
            "not_dispatched",
            "Sack \(sack.code) is on bill \(sack.billCode ?? ""), which is \(state.rawValue) and has not left yet. "
                + "Take it off that bill instead.",
            current: sack.current)
    }
}
