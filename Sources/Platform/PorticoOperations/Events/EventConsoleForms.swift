import PorticoEvents
import PorticoHTTP

/// Which consumer is looked at more closely, and what a form has just done.
struct EventPageQuery: RouteInput {
    let consumer: String?
    let after: EventPosition
    let done: ConsoleQuery

    init(_ fields: inout FieldReader) {
        let name = fields.optionalText("consumer", 0...200, "The consumer whose events put aside are shown") ?? ""
        consumer = name.isEmpty ? nil : name
        let last = fields.optionalText("after", 0...20, "The last event that was shown before") ?? ""
        after = EventPosition(last) ?? .start
        done = ConsoleQuery(&fields)
    }
}

/// A consumer by name.
struct ConsumerForm: RouteInput {
    let consumer: String

    init(_ fields: inout FieldReader) {
        consumer = fields.text("consumer", 1...200, "Name of the consumer")
    }
}

/// What is tried again: one event, or all of a consumer.
struct ParkedEventForm: RouteInput {
    let consumer: String
    let position: EventPosition?

    init(_ fields: inout FieldReader) {
        consumer = ConsumerForm(&fields).consumer
        position = fields.optionalIdentifier("id", "The event; all of the consumer when absent")
            .map { EventPosition(id: $0) }
    }
}

/// One event of a consumer.
struct ParkedEventChoice: RouteInput {
    let consumer: String
    let id: Int64

    init(_ fields: inout FieldReader) {
        consumer = ConsumerForm(&fields).consumer
        id = fields.identifier("id", "The event")
    }
}

/// Where a subscriber is to begin again. The position is taken as it comes; the page says what is wrong.
struct RewindForm: RouteInput {
    let consumer: String
    let text: String

    init(_ fields: inout FieldReader) {
        consumer = ConsumerForm(&fields).consumer
        text = fields.optionalText("position", 0...20, "The last event that is not handled again") ?? ""
    }

    var position: EventPosition? { EventPosition(text) }
}
