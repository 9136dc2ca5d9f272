/// A request method (RFC 9110 §9).
public struct HTTPMethod: Sendable, Hashable, CustomStringConvertible {
    /// The token as it stands in the request line, upper case for the known ones.
    public let name: String

    /// A method by its token.
    public init(_ name: String) {
        self.name = name
    }

    /// Reads a resource.
    public static let get = HTTPMethod("GET")
    /// Reads the head of what GET would answer.
    public static let head = HTTPMethod("HEAD")
    /// Acts, or creates below the addressed resource.
    public static let post = HTTPMethod("POST")
    /// Replaces or creates the addressed resource.
    public static let put = HTTPMethod("PUT")
    /// Changes parts of the addressed resource.
    public static let patch = HTTPMethod("PATCH")
    /// Removes the addressed resource.
    public static let delete = HTTPMethod("DELETE")
    /// Asks what is possible.
    public static let options = HTTPMethod("OPTIONS")

    /// Whether the method only reads (RFC 9110 §9.2.1).
    public var isSafe: Bool { self == .get || self == .head || self == .options }

    /// The token.
    public var description: String { name }
}
