import PorticoHTTP

/// The status lines of answers, made once.
enum StatusLines {
    private static let lines: [[UInt8]] = (200...599).map { code in
        Array("HTTP/1.1 \(code) \(HTTPStatus(code).phrase)\r\n".utf8)
    }

    /// The line with its break. What is no final status (RFC 9110 §15) leaves as 500.
    static func bytes(of status: HTTPStatus) -> [UInt8] {
        lines[(200...599).contains(status.code) ? status.code - 200 : 300]
    }
}
