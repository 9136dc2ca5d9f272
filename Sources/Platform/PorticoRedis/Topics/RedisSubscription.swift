/// What is heard of some channels, as a sequence for one reader. The subscription ends with its last reference.
///
/// ```swift
/// for await event in subscriber.subscribe(to: ["cache"]) {
///     switch event {
///     case .message(let message): cache.drop(message.payload)
///     case .gap: cache.dropAll()
///     case .interrupted: cache.trustNothing()
///     }
/// }
/// ```
public final class RedisSubscription: AsyncSequence, Sendable {
    /// Takes the events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        private let subscription: RedisSubscription

        init(_ subscription: RedisSubscription) {
            self.subscription = subscription
        }

        /// The next event; nil when the subscription has ended or the task was cancelled.
        public func next() async -> RedisEvent? {
            await subscription.mailbox.next()
        }
    }

    private let mailbox: RedisMailbox
    private let leave: @Sendable () -> Void

    init(mailbox: RedisMailbox, leave: @escaping @Sendable () -> Void) {
        self.mailbox = mailbox
        self.leave = leave
    }

    deinit {
        leave()
        mailbox.end()
    }

    /// Ends the subscription at once.
    public func cancel() {
        leave()
        mailbox.end()
    }

    /// An iterator; all iterators share the events.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }
}
