import Portico

/// One event as EPCIS 2.0 writes it in JSON-LD (§9.5, §10). Bare words are those of the Core Business Vocabulary.
struct EPCISEvent: JSONRepresentable {
    /// A place or another thing that is named by its address.
    struct Place: JSONRepresentable {
        static let schemaName = "EPCISPlace"
        static let example = Place(id: "https://warehouse.example/bags/id/loc/lucknow")

        let id: String

        func write(to object: inout JSONObjectWriter) {
            object.field("id", id)
        }
    }

    /// The document that something happened under.
    struct BusinessTransaction: JSONRepresentable {
        static let schemaName = "EPCISBusinessTransaction"
        static let example = BusinessTransaction(
            type: "desadv", address: "https://warehouse.example/bags/id/bt/117")

        let type: String
        let address: String

        func write(to object: inout JSONObjectWriter) {
            object.field("type", type, "desadv: a bill; rma: a return ticket")
            object.field("bizTransaction", address)
        }
    }

    /// Says that what the event tells did not happen (§7.4.1.2).
    struct ErrorDeclaration: JSONRepresentable {
        static let schemaName = "EPCISErrorDeclaration"
        static let example = ErrorDeclaration(declaredAt: Instant(seconds: 1_795_240_800))

        let declaredAt: Instant

        func write(to object: inout JSONObjectWriter) {
            object.field("declarationTime", declaredAt)
            object.field("reason", "did_not_occur")
        }
    }

    static let schemaName = "EPCISEvent"
    static let example = EPCISEvent(
        isAggregation: true, uuid: "0197d2c1-5f00-7a3c-8b1d-2c9e44a70b12", happenedAt: Instant(seconds: 1_795_240_800),
        recordedAt: Instant(seconds: 1_795_240_801), parent: "https://warehouse.example/bags/id/obj/SB00012",
        subjects: ["https://warehouse.example/bags/id/obj/2903411"], action: "ADD", step: "packing",
        disposition: "in_progress", place: .example)

    let isAggregation: Bool
    let uuid: String
    let happenedAt: Instant
    let recordedAt: Instant
    var declaration: ErrorDeclaration?
    var parent: String?
    let subjects: [String]
    let action: String
    let step: String
    let disposition: String
    let place: Place
    var transaction: BusinessTransaction?

    func write(to object: inout JSONObjectWriter) {
        object.field("type", isAggregation ? "AggregationEvent" : "ObjectEvent")
        object.field("eventID", "urn:uuid:\(uuid)", "The same for an event and the declaration that it is wrong")
        object.field("eventTime", happenedAt, "When it happened, by the clock of the device")
        object.field("eventTimeZoneOffset", "+05:30")
        object.field("recordTime", recordedAt, "When the server recorded it")
        object.optionalField("errorDeclaration", declaration, "There when it did not happen")
        object.optionalField("parentID", parent, "The sack that bags entered or left")
        object.optionalField("childEPCs", isAggregation ? subjects : nil, "The bags that entered or left")
        object.optionalField("epcList", isAggregation ? nil : subjects, "The sacks that something happened to")
        object.field("action", action)
        object.field("bizStep", step)
        object.field("disposition", disposition)
        object.field("readPoint", place, "The area")
        object.field("bizLocation", place, "The area")
        object.optionalField("bizTransactionList", transaction.map { [$0] }, "The bill or return ticket")
    }
}

extension EPCISEvent {
    /// A custody event as others read it.
    init(_ record: CustodyRecord, _ identifiers: EPCIdentifiers) {
        self.init(
            isAggregation: record.isAggregation, uuid: record.uuid, happenedAt: record.happenedAt,
            recordedAt: record.recordedAt,
            declaration: record.declaredErrorAt.map { ErrorDeclaration(declaredAt: $0) },
            parent: record.isAggregation ? record.parent.map { identifiers.sack($0.code, sscc: $0.sscc) } : nil,
            subjects: record.subjects.map { identifiers.sack($0.code, sscc: $0.sscc) }, action: record.action,
            step: record.step, disposition: record.disposition,
            place: Place(id: identifiers.location(record.areaCode)),
            transaction: EPCISEvent.transaction(record, identifiers))
    }

    private static func transaction(
        _ record: CustodyRecord, _ identifiers: EPCIdentifiers
    ) -> BusinessTransaction? {
        if let ticket = record.ticketCode {
            return BusinessTransaction(type: "rma", address: identifiers.transaction(ticket))
        }
        return record.billID.map { BusinessTransaction(type: "desadv", address: identifiers.transaction(String($0))) }
    }
}

/// The answer to a query (EPCIS 2.0 §9.7): a page of events.
struct EPCISQueryDocument: JSONRepresentable {
    /// The context that gives the words of a document their meaning.
    static let context = ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"]
    static let schemaName = "EPCISQueryDocument"
    static let example = EPCISQueryDocument(madeAt: Instant(seconds: 1_795_240_860), events: [.example])

    let madeAt: Instant
    let events: [EPCISEvent]

    func write(to object: inout JSONObjectWriter) {
        object.field("@context", EPCISQueryDocument.context)
        object.field("type", "EPCISQueryDocument")
        object.field("schemaVersion", "2.0")
        object.field("creationDate", madeAt)
        object.field("epcisBody", Body(results: Results(body: List(events: events))))
    }

    private struct Body: JSONRepresentable {
        static let schemaName = "EPCISQueryBody"
        static let example = Body(results: .example)
        let results: Results
        func write(to object: inout JSONObjectWriter) { object.field("queryResults", results) }
    }

    private struct Results: JSONRepresentable {
        static let schemaName = "EPCISQueryResults"
        static let example = Results(body: .example)
        let body: List
        func write(to object: inout JSONObjectWriter) {
            object.field("queryName", "SimpleEventQuery")
            object.field("resultsBody", body)
        }
    }

    private struct List: JSONRepresentable {
        static let schemaName = "EPCISEventList"
        static let example = List(events: [.example])
        let events: [EPCISEvent]
        func write(to object: inout JSONObjectWriter) { object.field("eventList", events) }
    }
}
