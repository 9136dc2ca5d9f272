import PorticoValues

/// A load in a closed loop: every connection sends its next request when it has the answer to the last one.
///
/// A closed loop tells how fast a server is for that many who wait for it. It does not tell what happens to those who do not
/// wait: while the server stands still, nobody asks, and only as many long answers are seen as there are connections.
public struct LoadPlan: Sendable {
    /// Connections that are kept open.
    public var connections: Int
    /// What runs before anything is measured.
    public var warmUp = Span.seconds(10)
    /// How long is measured.
    public var length = Span.seconds(60)
    /// How long a connection rests between an answer and its next request: anything between the bounds, so that people who
    /// rest do not act in step. Nil for no rest.
    public var pause: (least: Span, most: Span)?
    /// How long an answer may take.
    public var timeout = Span.seconds(10)
    /// What the connection of this number does; made on its event loop.
    public var source: @Sendable (Int) -> any LoadSource

    /// A load of so many connections.
    public init(connections: Int, source: @escaping @Sendable (Int) -> any LoadSource) {
        self.connections = connections
        self.source = source
    }

    /// A pause of half to one and a half times `span`.
    public static func about(_ span: Span) -> (least: Span, most: Span) {
        (.milliseconds(span.milliseconds / 2), .milliseconds(span.milliseconds * 3 / 2))
    }
}
