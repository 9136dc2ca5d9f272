/// How new a read must be, which decides where it may run. An engine without copies reads everything in its one database.
public enum ReadIntent: Sendable, Hashable {
    /// From the database itself: for what decides a change, signs somebody in, or must be as new as the last commit to the
    /// very end of the read. What is not declared is this.
    case primary
    /// With everything that was committed before the read was asked for, by whomever: a copy that has come so far may
    /// answer. For what is kept for others, and for long reads.
    case present
    /// With everything the session has written or was told, and of others' changes what a copy knows, which may be some
    /// seconds old. For lists, searches, histories.
    case mayLag
}

/// A read as an engine is asked for it.
public struct ReadRequest: Sendable {
    /// How new it must be.
    public let intent: ReadIntent
    /// Whether it may take long, because someone slow consumes what it reads.
    public let isLong: Bool
    /// Whether its closure may run once more, on the primary, after a copy has failed under it.
    public let mayRunAgain: @Sendable () -> Bool

    /// A read.
    public init(
        _ intent: ReadIntent, isLong: Bool = false, mayRunAgain: @escaping @Sendable () -> Bool = { true }
    ) {
        self.intent = intent
        self.isLong = isLong
        self.mayRunAgain = mayRunAgain
    }
}
