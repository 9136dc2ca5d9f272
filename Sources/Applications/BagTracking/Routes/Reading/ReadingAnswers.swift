import Portico

extension BagAnswer {
    /// A sack or bag of a list.
    /// - Throws: ``SQLError`` when the row of a sack lacks what every sack has.
    init(_ listing: BagListing, _ identifiers: EPCIdentifiers) throws {
        let row = listing.row
        guard row.kind == .parent else {
            self = .child(ChildAnswer(row, parentCode: listing.place.parentCode, identifiers: identifiers))
            return
        }
        self = .parent(try ParentAnswer.of(row, listing.place, identifiers))
    }

    /// One of the two shapes.
    static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema {
        JSONSchema(.oneOf([ParentAnswer.schema(in: recorder), ChildAnswer.schema(in: recorder)]))
    }
}

extension ParentAnswer {
    /// A sack with its bill.
    fileprivate static func of(_ row: BagRow, _ place: BagPlace, _ identifiers: EPCIdentifiers) throws -> ParentAnswer {
        guard let answer = ParentAnswer(row, bill: place.bill, identifiers: identifiers) else {
            throw SQLError(.unexpectedValue, message: "a sack has no capacity")
        }
        return answer
    }
}

/// A sack with its bags.
struct ParentDetailAnswer: JSONRepresentable {
    static let schemaName = "ParentDetail"
    static let example = ParentDetailAnswer(parent: .example, children: [.example])

    var parent: ParentAnswer
    var children: [LinkedChildAnswer]

    func write(to object: inout JSONObjectWriter) {
        parent.write(to: &object)
        object.field("children", children, "The bags in it, in the order they came")
    }
}

/// A bag in the detail of its sack.
struct LinkedChildAnswer: JSONRepresentable {
    static let schemaName = "LinkedChild"
    static let example = LinkedChildAnswer(
        child: BagDossier.Child(
            code: "2903411", lot: "MUS/2025/001", linkedAt: Instant(milliseconds: 1_763_721_338_120),
            linkedBy: .example))

    var child: BagDossier.Child

    func write(to object: inout JSONObjectWriter) {
        object.field("code", child.code)
        object.field("lot", child.lot)
        object.field("linked_at", child.linkedAt)
        object.field("linked_by", child.linkedBy, "Who put it there")
    }
}

/// A bag with the bill its sack is on.
struct ChildDetailAnswer: JSONRepresentable {
    static let schemaName = "ChildDetail"
    static let example = ChildDetailAnswer(child: .example, bill: .example)

    var child: ChildAnswer
    var bill: ParentAnswer.Bill?

    func write(to object: inout JSONObjectWriter) {
        child.write(to: &object)
        object.field("bill", bill, "The bill its sack is on")
    }
}

/// Everything about a sack or a bag.
enum BagDetailAnswer: JSONRepresentable {
    case parent(ParentDetailAnswer)
    case child(ChildDetailAnswer)

    static let schemaName = "BagDetail"
    static let example = BagDetailAnswer.parent(.example)

    init(_ dossier: BagDossier, _ identifiers: EPCIdentifiers) throws {
        let row = dossier.row
        guard row.kind == .parent else {
            let child = ChildAnswer(row, parentCode: dossier.place.parentCode, identifiers: identifiers)
            self = .child(ChildDetailAnswer(child: child, bill: dossier.place.bill))
            return
        }
        self = .parent(
            ParentDetailAnswer(
                parent: try .of(row, dossier.place, identifiers),
                children: dossier.children.map { LinkedChildAnswer(child: $0) }))
    }

    /// One of the two shapes.
    static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema {
        JSONSchema(.oneOf([ParentDetailAnswer.schema(in: recorder), ChildDetailAnswer.schema(in: recorder)]))
    }

    func write(to object: inout JSONObjectWriter) {
        switch self {
        case .parent(let parent): parent.write(to: &object)
        case .child(let child): child.write(to: &object)
        }
    }
}

/// What a code is.
struct ResolvedAnswer: JSONRepresentable {
    /// What there is.
    enum Kind: String, CaseIterable {
        case parent, child, bill
        case returnTicket = "return_ticket"
    }

    static let schemaName = "Resolved"
    static let example = ResolvedAnswer(
        type: .child, code: "2903411", id: 90_117, url: "/bags/bags/2903411", bag: .child(.example))

    var type: Kind
    var code: String
    var id: Int64
    var url: String
    var bag: BagAnswer?
    var bill: BillAnswer?

    func write(to object: inout JSONObjectWriter) {
        object.field("type", type)
        object.field("code", code)
        object.field("id", id: id)
        object.field("url", url, "The page about it")
        object.optionalField("bag", bag, "The sack or bag; left out for anything else")
        object.optionalField("bill", bill, "The bill; left out for anything else")
    }
}

/// One thing that happened to a sack or bag.
struct HistoryItem: JSONRepresentable {
    static let schemaName = "HistoryItem"
    static let example = HistoryItem(
        step: HistoryStep(
            at: ScanItem.example.scannedAt, recordedAt: ScanItem.example.recordedAt, what: "linked",
            parentCode: "SB00012",
            user: .example, scanID: 4711))

    var step: HistoryStep

    func write(to object: inout JSONObjectWriter) {
        object.field("at", step.at, "When it happened")
        object.field("what", step.what, "created, found, linked, billed, unbilled, moved, unlinked, dispatched, …")
        object.field("parent_code", step.parentCode)
        object.field("bill_code", step.billCode)
        object.field("ticket_code", step.ticketCode)
        object.field("user", step.user, "Who did it")
        object.field("scan_id", id: step.scanID, "The scan that tells of it")
        object.field("undone", step.isUndone, "Whether the scan was taken back")
    }
}
