import CCurl
import PorticoValues

/// Where an answer points, and what is asked there (RFC 9110 §15.4).
enum Redirect {
    static func isOne(_ status: Int) -> Bool {
        [301, 302, 303, 307, 308].contains(status)
    }

    /// The request to the place that an answer names. Credentials stay with the origin they are for, and a body is sent on
    /// only where the status says so.
    /// - Throws: ``OutboundError`` when the place can't be called.
    static func next(
        _ request: OutboundRequest, status: Int, location: String
    ) throws(OutboundError) -> OutboundRequest {
        var next = request
        next.url = try request.url.following(location)
        if request.url.scheme == "https", next.url.scheme != "https" {
            throw OutboundError(.refusedDestination, detail: "a redirect leads from https to http")
        }
        next.redirects -= 1
        next.isFollowing = true
        if !next.url.sharesOrigin(with: request.url) {
            next.headers.removeAll {
                ["authorization", "cookie", "proxy-authorization"].contains($0.name.lowercased())
            }
        }
        let becomesGet =
            status == 303 && request.method != "HEAD" || [301, 302].contains(status) && request.method == "POST"
        if becomesGet {
            next.method = "GET"
            next.body = []
            next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        return next
    }
}

/// The header field with which a server says when to come back (RFC 9110 §10.2.3).
enum RetryAfter {
    /// The longest that is believed.
    private static let most = Span.hours(24)

    /// The time until then, from seconds or from a date; nil when there is none to be read.
    static func span(_ text: String?, at now: Instant) -> Span? {
        guard let text, text.utf8.count <= 64 else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int64(text).map { min(.seconds(min($0, 86_400)), most) } ?? most
        }
        let seconds = curl_getdate(text, nil)
        guard seconds >= 0 else { return nil }
        return min(max(Instant(seconds: Int64(seconds)) - now, .milliseconds(0)), most)
    }
}
