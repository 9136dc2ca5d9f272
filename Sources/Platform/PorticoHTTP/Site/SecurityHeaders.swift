/// The header fields that every answer carries, errors included.
struct SecurityHeaders {
    let isSecure: Bool

    func add(to response: inout Response, usesCamera: Bool, showsFrames: Bool, nonce: String) {
        let isPage = response.headers["content-type"]?.hasPrefix("text/html") ?? false
        response.headers.setDefault(
            "content-security-policy",
            isPage ? pagePolicy(nonce, showsFrames) : "default-src 'none'; frame-ancestors 'none'")
        response.headers.add("x-content-type-options", "nosniff")
        response.headers.setDefault("referrer-policy", "same-origin")
        response.headers.add("cross-origin-opener-policy", "same-origin")
        response.headers.add("cross-origin-resource-policy", "same-origin")
        if isPage {
            let camera = usesCamera ? "camera=(self)" : "camera=()"
            response.headers.add(
                "permissions-policy", "\(camera), geolocation=(), microphone=(), payment=(), usb=()")
            response.headers.setDefault("x-frame-options", "DENY")
        }
        if isSecure {
            response.headers.add("strict-transport-security", "max-age=63072000; includeSubDomains; preload")
        }
    }

    private func pagePolicy(_ nonce: String, _ showsFrames: Bool) -> String {
        let own = nonce.isEmpty ? "'self'" : "'self' 'nonce-\(nonce)'"
        let frames = showsFrames ? "frame-src 'self'; " : ""
        return """
            default-src 'none'; script-src \(own); style-src \(own); img-src 'self' data:; \
            font-src 'self'; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
            \(frames)form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            """
    }
}
