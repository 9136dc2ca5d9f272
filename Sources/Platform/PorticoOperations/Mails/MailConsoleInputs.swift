import PorticoHTTP
import PorticoJobs
import PorticoPages

/// Which mails are looked for.
struct MailSearchInput: RouteInput {
    let search: MailSearch
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        search = MailSearch(
            standing: fields.optionalChoice("state", of: MailStanding.self, in: .query, "Only mails that stand so"),
            recipient: fields.optionalText("to", 0...254, in: .query, "Only to this address, or to those that begin so")
                ?? "",
            kind: fields.optionalText("kind", 0...100, in: .query, "Only of this kind, or of those that begin so")
                ?? "",
            text: fields.optionalText(
                "q", 0...200, in: .query,
                "In the subject; looks, as kind does, at the newest 20,000 that fit otherwise") ?? "")
        page = PageRequest(&fields)
    }
}

/// What the page of mails is asked for. A state that is none shows all.
struct MailListQuery: RouteInput {
    let search: MailSearch
    let cursor: String?
    let done: ConsoleQuery

    init(_ fields: inout FieldReader) {
        let state = fields.optionalText("state", 0...20, "Only mails that stand so") ?? ""
        search = MailSearch(
            standing: MailStanding(rawValue: state),
            recipient: (fields.optionalText("to", 0...254, "Only to addresses that begin so") ?? "").withoutEdges,
            kind: (fields.optionalText("kind", 0...100, "Only of kinds that begin so") ?? "").withoutEdges,
            text: (fields.optionalText("q", 0...200, "In the subject") ?? "").withoutEdges)
        cursor = fields.optionalText("cursor", 1...1000, "Where the list goes on")
        done = ConsoleQuery(&fields)
    }
}

/// A mail by id.
struct OperatedMailID: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of the mail")
    }
}

/// Which suppressed addresses are looked for.
struct SuppressionSearchInput: RouteInput {
    let start: String
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        start = fields.optionalText("address", 0...254, in: .query, "Only addresses that begin so") ?? ""
        page = PageRequest(&fields)
    }
}

/// What the page of suppressed addresses is asked for.
struct SuppressionListQuery: RouteInput {
    let start: String
    let cursor: String?
    let done: ConsoleQuery

    init(_ fields: inout FieldReader) {
        start = (fields.optionalText("address", 0...254, "Only addresses that begin so") ?? "").withoutEdges
        cursor = fields.optionalText("cursor", 1...1000, "Where the list goes on")
        done = ConsoleQuery(&fields)
    }
}

/// An address that nothing is to be sent to, and why.
struct SuppressionInput: RouteInput {
    let address: MailAddress?
    let reason: String

    init(_ fields: inout FieldReader) {
        let text = fields.text("address", 1...254, example: "asha@example.org", "Address that nothing is to be sent to")
        reason = fields.text("reason", 1...300, example: "Asked for by telephone", "Why, for whoever looks later")
        address = try? MailAddress(text)
        if address == nil, !fields.isRecording, fields.errors.isEmpty {
            fields.refuse("address", "invalid_format", "is no address that mail can be sent to")
        }
    }
}

/// A suppressed address in a path.
struct SuppressedAddress: RouteInput {
    let address: String

    init(_ fields: inout FieldReader) {
        address = fields.text("address", 1...254, in: .path, "The address")
    }
}

/// The form that suppresses an address. Everything is taken as it comes; the page says what is wrong.
struct SuppressionForm: RouteInput {
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        values = [
            "address": (fields.optionalText("address", 0...1000, "Address that nothing is to be sent to") ?? "")
                .withoutEdges,
            "reason": (fields.optionalText("reason", 0...1000, "Why, for whoever looks later") ?? "").withoutEdges,
        ]
    }

    var address: MailAddress? { try? MailAddress(values["address"] ?? "") }
    var reason: String { values["reason"] ?? "" }

    /// What is wrong.
    var messages: [FieldMessage] {
        var messages: [FieldMessage] = []
        if address == nil { messages.append(FieldMessage("address", "Enter an address such as asha@example.org.")) }
        if reason.isEmpty || reason.unicodeScalars.count > 300 {
            messages.append(FieldMessage("reason", "Say why, in 300 letters at most."))
        }
        return messages
    }
}

/// The form that lifts a suppression.
struct LiftForm: RouteInput {
    let address: String

    init(_ fields: inout FieldReader) {
        address = fields.optionalText("address", 0...254, "The address") ?? ""
    }
}
