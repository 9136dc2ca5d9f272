/// Tells pages of this site from those of others by the `Origin` that their browser sends along.
///
/// A page belongs to the site when its whole origin is that of the address people reach the site at. Where nobody has said
/// that address, it must be the one the request itself was sent to: another scheme on the same host is another site, which
/// somebody on the network may have put there.
public struct SiteOrigin: Sendable {
    private let known: WebOrigin?
    private let takesOtherNames: Bool
    private let isSecure: Bool

    /// The origin of a site.
    /// - Parameters:
    ///   - publicURL: the address people reach it at; empty where nobody has said one.
    ///   - takesOtherNames: whether pages belong to the site as well that are reached at another address of it.
    ///   - isSecure: whether clients come over TLS, be it through a proxy.
    public init(publicURL: String = "", takesOtherNames: Bool = false, isSecure: Bool = false) {
        known = WebOrigin(publicURL)
        self.takesOtherNames = takesOtherNames || known == nil
        self.isSecure = isSecure
    }

    /// Whether the page that caused a request is one of this site. A request without `Origin` comes from a program, or from
    /// a page of this site that only reads; so it is one.
    public func owns(_ head: RequestHead) -> Bool {
        guard let said = head.headers["origin"] else { return true }
        guard let origin = WebOrigin(said) else { return false }
        return origin == known || (takesOtherNames && origin == address(of: head))
    }

    /// Where a request was sent to.
    private func address(of head: RequestHead) -> WebOrigin? {
        head.headers["host"].flatMap { WebOrigin("\(isSecure || head.isSecure ? "https" : "http")://\($0)") }
    }
}
