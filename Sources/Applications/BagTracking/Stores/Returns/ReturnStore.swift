import Portico

/// Opens, commits and cancels return tickets (rules R29, R31). Every act is audited.
struct ReturnStore: Sendable {
    let services: BagTrackingServices

    /// Opens a ticket.
    /// - Throws: ``FieldProblem`` for an area that takes none, ``SQLError``.
    func create(_ header: TicketHeader, areaCode: String, by caller: BagCaller) async throws -> TicketAnswer {
        try await services.correct(by: caller) { work in
            let areas = try work.services.catalog.catalog(in: work.transaction).activeAreas
            guard areas.contains(areaCode) else {
                throw FieldProblem.unknownArea
            }
            let code = TicketCode(
                on: TimeZoneOffset.india.date(of: caller.now), number: UInt16.random(in: 0...UInt16.max))
            let id = try work.transaction.scalar(
                "returns.insert",
                """
                INSERT INTO return_tickets (code, state, area_code, location, consignee, notes, created_by, created_at)
                VALUES (\(code.text), 'open', \(areaCode), \(header.location), \(header.consignee), \(header.notes),
                    \(caller.userID), \(caller.now))
                ON CONFLICT (code) DO NOTHING RETURNING id
                """, as: Int64.self)
            // Another ticket of the day has the number: run again with another one.
            guard let id else { throw LostRace() }
            let ticket = TicketRow(
                new: id, code: code, areaCode: areaCode, header: header, by: caller.userID, at: caller.now)
            try TicketTelling(work: work).tell(ticket, from: nil, items: [], action: "return.created")
            return TicketAnswer(
                ticket, createdBy: ScanItem.User(id: caller.userID, name: caller.name), items: [])
        }
    }

    /// Says that all sacks of a ticket have come in.
    /// - Throws: ``Refusal``, ``SQLError``.
    func commit(_ id: Int64, by caller: BagCaller) async throws -> TicketAnswer {
        try await services.correct(by: caller) { work in
            let lookup = TicketLookup(work.transaction)
            let old = try lookup.ticket(id, for: caller, locked: true)
            if let refusal = ReturnRules.refusal(toClose: old.code, old.state) { throw refusal }
            let items = try lookup.items(of: id)
            guard !items.isEmpty else { throw Refusal.ticketEmpty(old.code) }
            let new = try ReturnStore.close(old, as: .committed, items, work)
            try TicketTelling(work: work).tell(
                new, from: old, items: items, action: "return.committed", event: TicketTelling.committed)
            return try lookup.answer(new)
        }
    }

    /// Cancels a ticket: each sack goes back onto the bill it came from, unless something has happened to it since.
    /// - Throws: ``Refusal``, ``SQLError``.
    func cancel(_ id: Int64, by caller: BagCaller) async throws -> TicketAnswer {
        try await services.correct(by: caller) { work in
            let lookup = TicketLookup(work.transaction)
            let old = try lookup.ticket(id, for: caller, locked: true)
            if let refusal = ReturnRules.refusal(toClose: old.code, old.state) { throw refusal }
            let items = try TicketRestoration(work: work, ticket: old).restore(try lookup.items(of: id))
            let new = try ReturnStore.close(old, as: .cancelled, items, work)
            try TicketTelling(work: work).tell(new, from: old, items: items, action: "return.cancelled")
            return try lookup.answer(new)
        }
    }

    private static func close(
        _ old: TicketRow, as state: TicketState, _ items: [TicketItem], _ work: CorrectionWork
    ) throws -> TicketRow {
        var new = old
        new.state = state
        new.closedAt = work.caller.now
        try work.transaction.executeLater(
            "returns.close",
            """
            UPDATE return_tickets SET state = \(state), closed_at = \(new.closedAt), sack_count = \(items.count),
                child_count = \(items.reduce(0) { $0 + $1.childCount }),
                weight_grams = \(items.reduce(0) { $0 + $1.weightGrams })
            WHERE id = \(old.id)
            """)
        return new
    }
}

/// What is told of a ticket: counters, audit, event.
struct TicketTelling {
    static let committed = "return.committed"
    /// Everything else that changes what a ticket shows.
    static let changed = "return.changed"

    let work: CorrectionWork

    /// - Throws: ``SQLError``.
    func tell(
        _ ticket: TicketRow, from old: TicketRow?, items: [TicketItem], action: String, event: String = changed
    ) throws {
        var counters = CounterChanges()
        counters.move(
            from: old.map { (.returns($0.state.rawValue), $0.areaCode) },
            to: (.returns(ticket.state.rawValue), ticket.areaCode))
        let entry = work.caller.entry(
            action, entity: String(ticket.id), before: old.map { ["state": .string($0.state.rawValue)] } ?? .null,
            after: old == nil ? TicketTelling.created(ticket) : TicketTelling.closed(ticket, items))
        try work.services.outbox.publish(
            Event(event, key: ticket.areaCode, payload: payload(ticket, items), at: work.caller.now),
            in: work.transaction)
        try work.finish(entry, counters, areas: [ticket.areaCode])
    }

    private static func created(_ ticket: TicketRow) -> JSONValue {
        .object([
            (key: "code", value: .string(ticket.code)), (key: "state", value: .string(ticket.state.rawValue)),
            (key: "area_code", value: .string(ticket.areaCode)), (key: "location", value: .string(ticket.location)),
            (key: "consignee", value: ticket.consignee.map { .string($0) } ?? .null),
            (key: "notes", value: ticket.notes.map { .string($0) } ?? .null),
        ])
    }

    private static func closed(_ ticket: TicketRow, _ items: [TicketItem]) -> JSONValue {
        var members: JSONValue = [
            "state": .string(ticket.state.rawValue), "sack_count": .integer(Int64(items.count)),
        ]
        guard ticket.state == .cancelled else { return members }
        members["restored"] = .array(items.filter { $0.isRestored == true }.map { .string($0.code) })
        members["kept"] = .array(items.filter { $0.isRestored == false }.map { .string($0.code) })
        return members
    }

    private func payload(_ ticket: TicketRow, _ items: [TicketItem]) -> JSONValue {
        .object([
            (key: "id", value: .string(String(ticket.id))), (key: "code", value: .string(ticket.code)),
            (key: "state", value: .string(ticket.state.rawValue)),
            (key: "sack_count", value: .integer(Int64(items.count))),
            (key: "child_count", value: .integer(Int64(items.reduce(0) { $0 + $1.childCount }))),
            (key: "area_code", value: .string(ticket.areaCode)),
            (key: "user_id", value: .string(String(work.caller.userID))),
            (key: "user_name", value: .string(work.caller.name)),
        ])
    }
}
