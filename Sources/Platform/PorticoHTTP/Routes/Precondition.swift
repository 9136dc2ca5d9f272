import PorticoJSON

/// `If-Match` of an edit (RFC 9110 §13.1.1): the caller changes only what it has seen.
public struct Precondition: Sendable {
    private let condition: String?

    init(of head: RequestHead) {
        let values = head.headers.values("if-match")
        condition = values.isEmpty ? nil : values.joined(separator: ",")
    }

    /// Whether the caller demands anything.
    public var isGiven: Bool { condition != nil }

    /// Compares with the item as it is now, to be asked in the transaction that changes it. The tag is that of the route
    /// which shows this very item.
    /// - Throws: ``Problem`` 412 `stale` when the item has changed since the caller saw it.
    public func require(_ current: some JSONRepresentable) throws {
        guard let condition else { return }
        guard EntityTag.matches(condition, EntityTag.of(JSONWriter.encode(current))) else {
            throw Problem(
                412, "stale", "It has changed since you loaded it. Load it again and repeat your change.")
        }
    }
}
