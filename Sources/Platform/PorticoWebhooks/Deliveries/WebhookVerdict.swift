import PorticoOutbound
import PorticoValues

/// What a try says about a delivery.
struct WebhookVerdict: Sendable, Hashable {
    /// The longest excerpt of an answer: bytes.
    private static let excerptLimit = 1024

    let status: Int?
    /// Why it failed; nil when the receiver took it.
    let error: String?
    let excerpt: String?
    /// What the receiver asked for.
    let retryAfter: Span?

    /// By the answer: 200…299 is a success, everything else is not, redirects included.
    init(_ answer: OutboundResponse, at now: Instant) {
        status = answer.status
        error = answer.isSuccess ? nil : (300...399).contains(answer.status) ? "redirect" : "status"
        excerpt = WebhookVerdict.excerpt(answer.body)
        retryAfter = answer.retryAfter(at: now)
    }

    init(_ failure: OutboundError) {
        status = nil
        error = failure.code.description
        excerpt = nil
        retryAfter = nil
    }

    /// Whether the receiver says that it will never be there again.
    var isGone: Bool { status == 410 }

    /// Text that can be stored and shown, without what a terminal or a database would act upon.
    static func excerpt(_ body: [UInt8]) -> String? {
        guard !body.isEmpty else { return nil }
        let text = String(decoding: body.prefix(excerptLimit), as: UTF8.self)
        let shown = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            let isControl = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
            return isControl ? "\u{FFFD}" : scalar
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: shown)
        return String(view)
    }
}
