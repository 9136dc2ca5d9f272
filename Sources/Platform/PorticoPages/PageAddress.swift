/// An address on this site with its query, percent-encoded (RFC 3986 §2.1, §3.4).
public struct PageAddress: Sendable, Hashable {
    /// The path, as it is.
    public var path: String
    /// The query items in order; an empty value is left out of ``text``.
    public var query: [Item]

    /// One `name=value` of a query.
    public struct Item: Sendable, Hashable {
        /// The name before the `=`.
        public var name: String
        /// The value after it, not encoded.
        public var value: String

        /// An item of a query.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An address of `path` and the items of `query` that are neither nil nor empty.
    public init(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) {
        self.path = path
        self.query = query.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return Item(name, value)
        }
    }

    /// The same address with `name` set to `value`, or without it when `value` is nil.
    public func setting(_ name: String, _ value: String?) -> PageAddress {
        var copy = self
        copy.query.removeAll { $0.name == name }
        if let value, !value.isEmpty { copy.query.append(Item(name, value)) }
        return copy
    }

    /// The address as it stands in a link.
    public var text: String {
        guard !query.isEmpty else { return path }
        let items = query.map { "\(PageAddress.encode($0.name))=\(PageAddress.encode($0.value))" }
        return path + "?" + items.joined(separator: "&")
    }

    /// `text` with every byte outside the unreserved set as `%XX`; safe as one segment of a path and in a query.
    public static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default:
                bytes.append(0x25)
                bytes.append(hexadecimalDigits[Int(byte >> 4)])
                bytes.append(hexadecimalDigits[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

private let hexadecimalDigits = Array("0123456789ABCDEF".utf8)
