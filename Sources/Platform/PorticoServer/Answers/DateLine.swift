import Glibc
import PorticoHTTP

/// The `date` header field of an answer (IMF-fixdate, RFC 9110 §5.6.7).
enum DateLine {
    /// The whole line with its break.
    /// - Parameter second: seconds since the Unix epoch.
    static func bytes(at second: time_t) -> [UInt8] {
        Array("date: \(HTTPDate(seconds: Int64(second)).text)\r\n".utf8)
    }
}
