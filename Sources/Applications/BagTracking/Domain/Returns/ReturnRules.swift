/// Everything that decides about a sack that is scanned onto a return ticket.
struct ReturnFacts: Sendable {
    let ticketCode: String
    let ticketState: TicketState
    let sack: ParentLookup
    /// Whether the sack is on this very ticket.
    let isOnTicket: Bool
    /// The state of the bill that the sack is on; nil while it is on none.
    let billState: BillState?
}

/// What is to be done with a scan of a sack onto a return ticket.
enum ReturnDecision: Sendable, Hashable {
    /// Take it off its bill and onto the ticket.
    case take
    /// It is there already; write the scan and nothing else.
    case duplicate
    case refuse(Refusal)
}

/// The order of checks of rule R30: the first failure answers.
enum ReturnRules {
    static func decide(_ facts: ReturnFacts) -> ReturnDecision {
        do throws(Refusal) {
            return try judge(facts)
        } catch {
            return .refuse(error)
        }
    }

    private static func judge(_ facts: ReturnFacts) throws(Refusal) -> ReturnDecision {
        if facts.ticketState != .open { throw .ticketNotOpen(facts.ticketCode, facts.ticketState) }
        let sack = try BillingRules.known(facts.sack)
        if facts.isOnTicket { return .duplicate }
        guard let state = facts.billState else { throw .notBilled(sack) }
        guard state.hasLeft else { throw .notDispatched(sack, state) }
        return .take
    }

    /// Why a ticket can't be committed or cancelled; nil when it can.
    static func refusal(toClose code: String, _ state: TicketState) -> Refusal? {
        state == .open ? nil : .ticketNotOpen(code, state)
    }
}

extension ReturnCondition {
    /// Why a sack in this condition is on hold; nil for one that is good (rule R30).
    var holdReason: String? { self == .good ? nil : "returned: \(rawValue)" }
}

/// What has happened to a sack since it came back, when its ticket is cancelled (rule R31).
struct RestoreFacts: Sendable, Hashable {
    var isRetired = false
    /// Whether it was put on a bill since.
    var wasBilled = false
    /// Whether bags went in or out since.
    var wasRepacked = false
}

/// Whether a sack goes back onto the bill it came from (rule R31).
enum RestoreRules {
    /// Why it does not; nil when it does.
    static func reason(against facts: RestoreFacts) -> String? {
        if facts.isRetired { return "retired" }
        if facts.wasBilled { return "billed" }
        return facts.wasRepacked ? "repacked" : nil
    }
}
