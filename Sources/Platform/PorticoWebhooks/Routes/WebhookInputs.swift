import PorticoHTTP

/// Which webhook.
struct WebhookTarget: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of the webhook")
    }
}

/// Which delivery of which webhook.
struct WebhookDeliveryTarget: RouteInput {
    let id: Int64
    let delivery: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of the webhook")
        delivery = fields.identifier("delivery", in: .path, "Id of the delivery")
    }
}

/// Which deliveries of which webhook.
struct WebhookDeliveryFilter: RouteInput {
    let id: Int64
    let state: WebhookDeliveryState?
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of the webhook")
        state = fields.optionalChoice("state", of: WebhookDeliveryState.self, "Only those that stand so")
        page = PageRequest(&fields)
    }
}

/// A webhook as its owner wants it.
struct WebhookInput: RouteInput {
    let wish: WebhookWish

    init(_ fields: inout FieldReader) {
        let name = fields.optionalText(
            "name", 1...100, example: "Warehouse display", "What you call it; the host of the address unless said")
        let url = fields.text(
            "url", 1...2048, example: "https://display.example.org/hooks", "Where to call: a public address")
        let kinds = fields.optionalTexts("events", 1...100, length: 1...100, "Events, such as bag.*; * stands for all")
        if kinds == nil, !fields.isRecording, !fields.errors.contains(where: { $0.field == "events" }) {
            fields.refuse("events", "required", "is missing; a list of texts is needed")
        }
        wish = WebhookWish(name: name ?? WebhookWish.name(of: url), url: url, kinds: kinds ?? [])
    }
}

/// A webhook as it is to be from now on.
struct WebhookChange: RouteInput {
    let id: Int64
    let input: WebhookInput
    let isActive: Bool

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of the webhook")
        input = WebhookInput(&fields)
        isActive = fields.flag("active", default: true, "Whether it hears what happens; false pauses it")
    }
}
