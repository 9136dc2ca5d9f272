import PorticoHTTP

/// What the form of an answer depends on in its request.
struct Exchange {
    /// Whether the request was HEAD, whose answer has no body.
    var isHead = false
    /// Whether the client speaks HTTP/1.1; chunks need it.
    var isHTTP11 = true
    /// Whether the connection may carry another request afterwards.
    var keepsAlive = true

    /// Whether an answer of that status has bytes after its head (RFC 9110 §6.4.1).
    func carriesBody(_ status: HTTPStatus) -> Bool {
        !isHead && status != .noContent && status != .notModified
    }
}

/// How the end of an answer's body is told (RFC 9112 §6).
enum BodyFraming: Equatable {
    /// There is neither body nor length.
    case none
    /// By length.
    case length(Int)
    /// In chunks.
    case chunked
    /// By closing the connection.
    case untilClose
}
