import PorticoValues

/// Signs the positions that lists hand out, so that a client can't make one up or use it on another list.
///
/// A cursor is base64url of the position's parts, then 16 bytes of HMAC-SHA-256 over list name and parts.
public struct CursorSigner: Sendable {
    private let key: Secret<[UInt8]>

    /// A signer; `key` has at least 32 bytes and is the same on every node.
    public init(key: [UInt8]) {
        self.key = Secret(key)
    }

    /// The opaque text for a position. `list` names the list and its filters.
    public func sign(_ position: [String], list: String) -> String {
        let payload = Array(position.joined(separator: "\u{1F}").utf8)
        return (payload + code(payload, list)).base64URL
    }

    /// The position behind a cursor, or nil when it was changed or belongs to another list.
    public func position(_ cursor: String, list: String) -> [String]? {
        guard cursor.utf8.count <= 1024, let bytes = [UInt8](base64URL: cursor), bytes.count >= 16 else { return nil }
        let payload = Array(bytes.dropLast(16))
        guard constantTimeEqual(Array(bytes.suffix(16)), code(payload, list)) else { return nil }
        return String(decoding: payload, as: UTF8.self).split(separator: "\u{1F}", omittingEmptySubsequences: false).map
        {
            String($0)
        }
    }

    private func code(_ payload: [UInt8], _ list: String) -> [UInt8] {
        let name = Array(list.utf8)
        return Array(Digest.hmacSHA256(name + [0] + payload, key: key.reveal()).prefix(16))
    }
}

/// One page of a list, and where the next one begins.
public struct Page<Item: Sendable>: Sendable {
    /// The rows of this page.
    public var items: [Item]
    /// Position after the last row, or nil at the end of the list.
    public var next: [String]?

    /// A page.
    public init(items: [Item], next: [String]?) {
        self.items = items
        self.next = next
    }

    /// Cuts a page from rows that were fetched with one more than `limit`, to see whether there are more.
    public init(fetched: [Item], limit: Int, position: (Item) -> [String]) {
        items = Array(fetched.prefix(limit))
        next = fetched.count > limit ? items.last.map(position) : nil
    }
}
