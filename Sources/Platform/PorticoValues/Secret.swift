/// A value that must never be printed: its descriptions are a mask, and only ``reveal()`` gives it away.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    private let value: Value

    /// Hides `value`.
    public init(_ value: Value) {
        self.value = value
    }

    /// The hidden value. Each call is a place to look at in a security review.
    public func reveal() -> Value { value }

    /// Always `•••`.
    public var description: String { "•••" }
    /// Always `•••`.
    public var debugDescription: String { "•••" }
}
