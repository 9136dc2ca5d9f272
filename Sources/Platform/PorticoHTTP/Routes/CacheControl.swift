/// How an answer may be kept, by the client, by caches on the way, and by the node itself (RFC 9111).
public struct CacheControl: Sendable, Hashable {
    /// The `Cache-Control` value.
    public let control: String
    /// Whether answers get an `ETag` and `If-None-Match` is honoured.
    public let isValidated: Bool
    /// How the node keeps one copy for everybody; nil where every request is answered anew.
    public let sharing: SharedCaching?

    /// A policy.
    public init(control: String, isValidated: Bool, sharing: SharedCaching? = nil) {
        self.control = control
        self.isValidated = isValidated
        self.sharing = sharing
    }

    /// Nobody keeps it.
    public static let noStore = CacheControl(control: "no-store", isValidated: false)
    /// The client may keep it for going back, and must ask again otherwise. For pages: they hold one-time tokens.
    public static let privatePage = CacheControl(control: "private, no-cache", isValidated: false)
    /// The client may keep it and must ask each time whether it is fresh.
    public static let privateRevalidated = CacheControl(control: "private, no-cache", isValidated: true)
    /// A client may use it for `seconds` without asking.
    public static func privateFor(seconds: Int) -> CacheControl {
        CacheControl(control: "private, max-age=\(seconds)", isValidated: true)
    }
    /// Everybody may keep it for a year; its address changes with its content.
    public static let immutable = CacheControl(
        control: "public, max-age=31536000, immutable", isValidated: true, sharing: SharedCaching(seconds: 86_400))

    /// One copy for everybody, kept by the node until one of its tags is invalidated or its time is over; clients ask each
    /// time, which costs them a 304, so nobody sees what was changed since.
    ///
    /// The route must be open to everybody. Its handler learns nothing of who asks: neither session nor form token nor the
    /// nonce of a page, whose scripts and styles are files.
    public static func shared(_ sharing: SharedCaching) -> CacheControl {
        CacheControl(control: "public, no-cache", isValidated: true, sharing: sharing)
    }
}

/// How a node keeps the answers of a route that are the same for everybody.
public struct SharedCaching: Sendable, Hashable {
    /// How long a copy is fresh.
    public var seconds: Int
    /// How long after that it is still given while a new one is made behind it, in seconds.
    public var staleWhileRevalidate: Int
    /// How long after that it is still given when no new one can be made, in seconds.
    public var staleIfError: Int
    /// What outdates it when it is invalidated: `cases`, or `case:{number}` with a value from the path.
    public var tags: [String]
    /// How long a cache in front of the nodes may keep it without asking, counted from when the node made its copy; 0 where
    /// it asks each time as everybody does. No node tells such a cache of a change: whoever declares this sees to it that
    /// its tags are purged there, or can live with what is so old.
    public var edgeSeconds: Int
    /// The fields of a request that it depends on, besides `Accept-Encoding`.
    public var varying: [VaryingHeader]

    /// A policy.
    public init(
        seconds: Int, staleWhileRevalidate: Int = 0, staleIfError: Int = 0, tags: [String] = [], edgeSeconds: Int = 0,
        varying: [VaryingHeader] = []
    ) {
        self.edgeSeconds = edgeSeconds
        self.varying = varying
        self.seconds = seconds
        self.staleWhileRevalidate = staleWhileRevalidate
        self.staleIfError = staleIfError
        self.tags = tags
    }
}
