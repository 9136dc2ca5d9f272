import Testing

@testable import PorticoHTTP

@Suite("Pages of this site") struct SiteOriginTests {
    private func owns(_ site: SiteOrigin, _ origin: String?, host: String = "bags.test", isSecure: Bool = false) -> Bool
    {
        var headers: Headers = ["host": host]
        headers["origin"] = origin
        return site.owns(
            RequestHead(method: .post, target: "/", headers: headers, peer: "192.0.2.1", isSecure: isSecure))
    }

    @Test("have the whole origin of the address people reach it at, whatever host the request names")
    func known() {
        let site = SiteOrigin(publicURL: "https://bags.test")
        for host in ["bags.test", "10.0.0.5:8080"] {
            #expect(owns(site, "https://bags.test", host: host))
            #expect(owns(site, "https://BAGS.test:443", host: host))
            #expect(owns(site, nil, host: host))
        }
        for origin in [
            "http://bags.test", "https://bags.test:8443", "https://bags.test.evil.test", "https://evil.test", "null",
            "",
            "https://bags.test/", "https://", "https://:443", "https://bags.test:", "ftp://bags.test", "bags.test",
        ] {
            #expect(!owns(site, origin), "\(origin)")
        }
        #expect(!owns(site, "https://10.0.0.5:8080", host: "10.0.0.5:8080"))
    }

    @Test("are where the request was sent to, when nobody has said an address", arguments: [false, true])
    func unknown(isSecure: Bool) {
        let (own, other) = isSecure ? ("https", "http") : ("http", "https")
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            #expect(owns(SiteOrigin(isSecure: isSecure), "\(own)://\(host)", host: host), "\(host)")
            #expect(owns(SiteOrigin(), "\(own)://\(host)", host: host, isSecure: isSecure), "\(host)")
            #expect(!owns(SiteOrigin(isSecure: isSecure), "\(other)://\(host)", host: host), "\(host)")
            #expect(!owns(SiteOrigin(isSecure: isSecure), "\(own)://\(host)1", host: host), "\(host)")
        }
    }

    @Test("may be reached at other addresses as well, where that is said")
    func others() {
        let site = SiteOrigin(publicURL: "https://bags.test", takesOtherNames: true)
        #expect(owns(site, "https://bags.test", host: "localhost:8080"))
        #expect(owns(site, "http://localhost:8080", host: "localhost:8080"))
        #expect(!owns(site, "http://bags.test", host: "localhost:8080"))
    }
}
