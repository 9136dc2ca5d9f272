import PorticoJSON
import PorticoOutbound
import PorticoValues

/// Hands messages to the gateway that the operator names: `POST` with `{"to":"+919812345678","text":"…"}`.
///
/// An answer of 2xx means that the gateway has taken the message. `Idempotency-Key` is the same at each try of one message,
/// so that a gateway which knows the field sends nothing twice. The operator alone names the address, so it may be private.
public struct TextGateway: TextTransport {
    /// The longest a call may take.
    private static let timeout = Span.seconds(15)
    /// The most of an answer that is read: bytes.
    private static let answerLimit = 4096
    /// Answers of 4xx that another try may change: too slow, too early, too many.
    private static let passing: Set<Int> = [408, 425, 429]

    private let url: OutboundURL
    private let token: Secret<String>?
    private let client: OutboundClient
    private let destination: OutboundDestination
    private let clock: Clock

    /// A gateway.
    /// - Parameters:
    ///   - token: sent as `Authorization: Bearer …`; nil for none.
    ///   - client: makes the calls; whoever made it shuts it down.
    public init(url: OutboundURL, token: Secret<String>? = nil, client: OutboundClient, clock: Clock) {
        self.url = url
        self.token = token
        self.client = client
        self.clock = clock
        // A message is tried again by its job, which outlives the process; within a call it is not.
        destination = client.destination(
            "sms", OutboundDestination.Settings(policy: .anywhere, mostUnderWay: 16, retries: 0))
    }

    /// Makes the call.
    /// - Throws: ``TextTrouble``, `CancellationError`.
    public func send(_ message: TextEnvelope) async throws -> Int {
        let answer: OutboundResponse
        do {
            answer = try await client.send(request(message), to: destination)
        } catch let error as OutboundError {
            throw TextGateway.trouble(error)
        }
        guard !answer.isSuccess else { return answer.status }
        let words = "the gateway answered \(answer.status)"
        guard answer.status >= 500 || TextGateway.passing.contains(answer.status) else {
            throw TextTrouble(.refused, status: answer.status, words: words)
        }
        let wait = answer.retryAfter(at: clock.now())
        throw TextTrouble(.later(wait), status: answer.status, words: words)
    }

    private func request(_ message: TextEnvelope) -> OutboundRequest {
        let body: JSONValue = ["to": .string(message.to), "text": .string(message.text)]
        var request = OutboundRequest("POST", url, body: body.bytes, timeout: TextGateway.timeout)
        request.headers = [
            (name: "content-type", value: "application/json"), (name: "idempotency-key", value: message.id),
        ]
        if let token { request.headers.append((name: "authorization", value: "Bearer \(token.reveal())")) }
        request.bodyLimit = TextGateway.answerLimit
        request.cutsBody = true
        return request
    }

    private static func trouble(_ error: OutboundError) -> TextTrouble {
        switch error.code {
        case .circuitOpen, .busy, .closed:
            TextTrouble(.leftAlone(error.retryAfter ?? .seconds(5)), words: "\(error)")
        case .invalidURL, .invalidRequest, .refusedDestination: TextTrouble(.refused, words: "\(error)")
        default: TextTrouble(.later(nil), words: "\(error)")
        }
    }
}
