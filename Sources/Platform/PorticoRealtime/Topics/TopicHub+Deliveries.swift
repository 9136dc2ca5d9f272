extension TopicHub {
    /// What a subscriber without a connection hears, one by one.
    struct Deliveries: AsyncSequence, Sendable {
        enum Element: Sendable {
            case message(TopicMessage)
            case heartbeat
        }

        struct Iterator: AsyncIteratorProtocol {
            let mailbox: TopicMailbox

            mutating func next() async -> Element? {
                guard let deliveries = await mailbox.next(most: 1) else { return nil }
                return deliveries.first.map { Element.message($0.message) } ?? .heartbeat
            }
        }

        let mailbox: TopicMailbox

        func makeAsyncIterator() -> Iterator { Iterator(mailbox: mailbox) }
    }

    /// Watches topics from now on. The sequence ends when the subscriber is too slow, or the hub closes.
    func subscribe(_ topics: Set<String>) -> (mailbox: TopicMailbox, deliveries: Deliveries) {
        let mailbox = mailbox()
        _ = join(mailbox, Dictionary(uniqueKeysWithValues: topics.map { ($0, $0) }), .now)
        return (mailbox, Deliveries(mailbox: mailbox))
    }
}
