import PorticoBench
import Testing

@Suite("The address of a server") struct BenchTargetTests {
    @Test(
        "is read",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080), ("http://localhost/", "localhost", 80),
            ("http://[::1]:8081/", "::1", 8081), ("http://example.org:1", "example.org", 1),
        ])
    func reads(url: String, host: String, port: Int) throws {
        let target = try BenchTarget(url)
        #expect(target.host == host)
        #expect(target.port == port)
        #expect(try BenchTarget(target.url) == target)
    }

    @Test(
        "is refused in one sentence",
        arguments: [
            "", "127.0.0.1:8080", "https://127.0.0.1:8080", "http://", "http://:80", "http://a:0", "http://a:65536",
            "http://a:x", "http://a/b", "http://a:80/b", "http://a b", "http://u@a",
        ])
    func refuses(url: String) {
        #expect(throws: BenchError("'\(url)' is no address to measure; it takes http://host:port")) {
            try BenchTarget(url)
        }
    }
}
