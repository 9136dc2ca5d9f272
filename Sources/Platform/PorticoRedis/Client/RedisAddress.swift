import PorticoValues

/// A host and a port.
public struct RedisEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address, without brackets.
    public let host: String
    /// The TCP port.
    public let port: Int

    /// An endpoint.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, IPv6 in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Where Redis is and who we are there, read from a URL:
///
/// - `redis://[user:password@]host[:port][/database]`
/// - `redis+sentinel://[user:password@]host[:port],host[:port]/name[/database]`: the sentinels that know the primary `name`
///
/// User and password may be percent-encoded. They are for the data servers; sentinels are asked without.
public struct RedisAddress: Sendable {
    /// How the server is found.
    public enum Place: Sendable, Hashable {
        /// At a fixed place.
        case server(RedisEndpoint)
        /// Where the sentinels say that the primary of this name is.
        case sentinels([RedisEndpoint], primary: String)
    }

    /// How the server is found.
    public let place: Place
    /// The user; nil for the default one.
    public let user: String?
    /// The password.
    public let password: Secret<String>?
    /// The number of the database.
    public let database: Int

    /// Reads a URL.
    /// - Throws: ``RedisError/misconfigured(_:)``, whose text does not repeat the URL.
    public init(_ url: String) throws(RedisError) {
        guard let colon = url.firstRange(of: "://") else { throw .misconfigured(RedisAddress.accepted) }
        let scheme = url[..<colon.lowerBound].lowercased()
        guard scheme != "rediss" else {
            throw .misconfigured(
                "rediss:// is refused: this build has no TLS to Redis; use a private network or a TLS tunnel.")
        }
        guard scheme == "redis" || scheme == "redis+sentinel" else { throw .misconfigured(RedisAddress.accepted) }
        let isSentinel = scheme == "redis+sentinel"
        let rest = url[colon.upperBound...]
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw .misconfigured(RedisAddress.accepted) }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[slash...].split(separator: "/").map(String.init)
        let authority = rest[..<slash]
        let at = authority.lastIndex(of: "@")
        (user, password) = try RedisAddress.credentials(at.map { authority[..<$0] })
        let hosts = authority[(at.map { authority.index(after: $0) } ?? authority.startIndex)...]
        let endpoints = try RedisAddress.endpoints(hosts, port: isSentinel ? 26_379 : 6_379)
        guard let first = endpoints.first, endpoints.count == 1 || isSentinel else {
            throw .misconfigured(RedisAddress.accepted)
        }
        if isSentinel {
            guard !path.isEmpty else {
                throw .misconfigured("The name of the primary is missing: /name after the hosts.")
            }
            place = .sentinels(endpoints, primary: path.removeFirst())
        } else {
            place = .server(first)
        }
        guard path.count <= 1, let number = Int(path.first ?? "0"), (0...65_535).contains(number) else {
            throw .misconfigured("The database of a Redis URL is a number.")
        }
        database = number
    }

    private static let accepted =
        "A Redis URL reads redis://[user:password@]host[:port][/database] or redis+sentinel://host,host/name[/database]."

    private static func credentials(
        _ text: Substring?
    ) throws(RedisError) -> (user: String?, password: Secret<String>?) {
        guard let text else { return (nil, nil) }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = decoded(parts[0]), let password = decoded(parts[1]) else {
            throw .misconfigured("The credentials of a Redis URL read user:password@ or :password@.")
        }
        return (user.isEmpty ? nil : user, Secret(password))
    }

    private static func endpoints(_ text: Substring, port: Int) throws(RedisError) -> [RedisEndpoint] {
        var endpoints: [RedisEndpoint] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let endpoint = endpoint(part, port: port) else { throw .misconfigured(accepted) }
            endpoints.append(endpoint)
        }
        return endpoints
    }

    private static func endpoint(_ text: Substring, port standard: Int) -> RedisEndpoint? {
        var host = text
        var port = Substring(String(standard))
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { return nil }
            if !rest.isEmpty { port = rest.dropFirst() }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty, let number = Int(port), (1...65_535).contains(number) else { return nil }
        return RedisEndpoint(host: String(host), port: number)
    }

    /// The text without percent-encoding; nil when that is broken.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
