/// How the text messages of a node leave it.
struct NodeTexts: Sendable {
    private let gateway: Gateway?

    private struct Gateway: Sendable {
        let client: OutboundClient
        let transport: TextGateway
    }

    /// What the settings say. Without an address none are sent.
    ///
    /// Unlike mails they are sent in the testing environment as well: the operator names the address, and tests name one of
    /// their own.
    /// - Throws: ``Settings/Mistake``; ``OutboundError`` when the system has no thread for calls.
    init(_ settings: Settings, clock: Clock, metrics: MetricsRegistry) throws {
        let (address, token) = (settings.text("sms.url"), settings.text("sms.token"))
        guard !address.isEmpty else {
            gateway = nil
            return
        }
        guard let url = try? OutboundURL(address) else {
            throw Settings.Mistake(
                description: """
                    sms.url: its value is no address; it takes one such as https://gateway.example/messages, without a \
                    user or password in it
                    """)
        }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Settings.Mistake(
                description:
                    "sms.token: its value can't stand in a header field; it takes printable ASCII without spaces")
        }
        let client = try OutboundClient(clock: clock, metrics: metrics)
        gateway = Gateway(
            client: client,
            transport: TextGateway(url: url, token: token.isEmpty ? nil : Secret(token), client: client, clock: clock))
    }

    /// The messages of an application, sealed with its keys while they wait.
    func queue(jobs: JobQueue, keys: SecretKeys, previousKeys: [SecretKeys]) -> TextQueue {
        let fields = FieldSeal(keys: keys, previousKeys: previousKeys, purpose: "texts")
        let seal = JobSeal { plain, id in
            fields.seal(plain, at: NodeTexts.place(id))
        } open: { sealed, id in
            fields.open(sealed, at: NodeTexts.place(id))
        }
        return TextQueue(jobs: jobs, seal: seal, transport: gateway?.transport)
    }

    /// Holds connections open until the task is cancelled, and ends them then.
    func run() async {
        guard let gateway else { return }
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        await gateway.client.shutdown()
    }

    /// Where the content of a message stands.
    static func place(_ messageID: String) -> SealedPlace {
        SealedPlace(table: "text_messages", column: "content", row: messageID)
    }
}

/// Writes the text messages of identity into an application's queue.
struct PersonalTexts: TextMessageQueue {
    let texts: TextQueue

    func enqueue(_ message: TextMessage, in transaction: Transaction) throws {
        try texts.enqueue(
            OutgoingText(
                to: message.to.text, text: message.text, kind: message.kind, accountID: message.accountID,
                expiresAt: message.expiresAt), in: transaction)
    }
}
