import Portico

/// Which events are asked for (EPCIS 2.0 §8.2.7.1), in the order of their recording.
struct EPCISQuery: Sendable, Hashable {
    /// Happened at or after this time.
    var happenedFrom: Instant?
    /// Happened before this time.
    var happenedBefore: Instant?
    /// Recorded at or after this time.
    var recordedFrom: Instant?
    /// Recorded before this time.
    var recordedBefore: Instant?
    /// The business steps; nil for all.
    var steps: Set<String>?
    /// What the events are about, by any of these; nil for anything.
    var names: [EPCName]?

    /// The business steps that an action can have.
    static let stepsOfActions = [
        "ADD": ["packing"], "DELETE": ["unpacking"], "OBSERVE": ["shipping", "receiving"],
    ]

    /// Narrows the query to events with one of the actions.
    mutating func narrow(toActions actions: [String]) {
        narrow(toSteps: actions.flatMap { EPCISQuery.stepsOfActions[$0] ?? [] })
    }

    /// Narrows the query to events with one of the business steps.
    mutating func narrow(toSteps names: [String]) {
        steps = steps.map { $0.intersection(names) } ?? Set(names)
    }

    /// The name of a business step, from its short form or an address of the vocabulary (CBV 2.0 §7.1).
    static func step(_ text: String) -> String {
        for prefix in ["https://ref.gs1.org/cbv/BizStep-", "urn:epcglobal:cbv:bizstep:", "cbv:BizStep-"]
        where text.hasPrefix(prefix) {
            return String(text.dropFirst(prefix.count))
        }
        return text
    }
}

/// The place of an event in the order of recording.
struct EPCISPosition: Sendable, Hashable {
    let recordedAt: Instant
    let id: Int64

    init(recordedAt: Instant, id: Int64) {
        self.recordedAt = recordedAt
        self.id = id
    }

    /// Reads ``texts``; nil for what is none.
    init?(_ texts: [String]) {
        guard texts.count == 2, let time = Int64(texts[0]), let id = Int64(texts[1]) else { return nil }
        self.init(recordedAt: Instant(milliseconds: time), id: id)
    }

    /// The place as a cursor keeps it.
    var texts: [String] { [String(recordedAt.milliseconds), String(id)] }
}
