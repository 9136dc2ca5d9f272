import Logging
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Testing

@testable import PorticoHTTP

@Suite struct RequestJournalTests {
    /// A site and what it writes down, at a time that stands still.
    private struct Desk {
        let ring = LogRing(capacity: 100)
        let sample: SampleSite

        init(level: Logger.Level = .info) throws {
            let configuration = LogConfiguration(
                sink: .ring(ring), level: LogLevelBox(level),
                clock: Clock(standingAt: Instant(milliseconds: 1_790_000_000_123)))
            let logger = Logger(label: "http") { JSONLogHandler(label: $0, configuration: configuration) }
            sample = try SampleSite(logger: logger)
        }

        var text: String { ring.lines.map(\.text).joined() }

        func lines() throws -> [JSONValue] {
            try ring.lines.map { try JSONValue(parsing: Array($0.text.utf8)) }
        }
    }

    @Test("a change is told with when, who, from where, what was asked and what became of it")
    func changes() async throws {
        let desk = try Desk()
        let response = await desk.sample.post(
            "/shop/api/v1/items", as: "writer", #"{"name":"Lamp","count":3,"tags":[]}"#)
        let line = try #require(try desk.lines().first)
        #expect(line["time"] == "2026-09-21T14:13:20.123Z" && line["level"] == "info" && line["message"] == "request")
        #expect(line["request.id"]?.string == response.headers["x-request-id"])
        #expect(line["account.id"] == "7" && line["client.address"] == "192.0.2.1")
        #expect(line["http.method"] == "POST" && line["http.route"] == "/shop/api/v1/items")
        #expect(line["http.status"] == "201" && line["duration_ms"] != nil)
        #expect(desk.ring.lines.count == 1)
    }

    @Test("a plain read is told to whoever debugs, and to nobody else")
    func reads() async throws {
        let quiet = try Desk()
        _ = await quiet.sample.send(.get, "/shop/api/v1/items/1")
        #expect(quiet.ring.lines.isEmpty)
        let curious = try Desk(level: .debug)
        _ = await curious.sample.send(.get, "/shop/api/v1/items/1")
        #expect(try curious.lines().map { $0["http.route"] } == ["/shop/api/v1/items/{id}"])
    }

    @Test("refusals are told, without what stood in path, query, fields and body")
    func refusals() async throws {
        let desk = try Desk()
        let headers: Headers = [
            "cookie": "who=geheim", "authorization": "Bearer geheim", "content-type": "application/json",
        ]
        _ = await desk.sample.send(.get, "/shop/api/v1/private?token=geheim", headers)
        _ = await desk.sample.send(.get, "/shop/api/v1/items/geheim?token=geheim", headers)
        _ = await desk.sample.send(.get, "/shop/geheim", headers)
        _ = await desk.sample.send(.post, "/shop/api/v1/session", headers, body: #"{"password":"geheim"}"#)
        #expect(try desk.lines().map { $0["http.status"] } == ["403", "404", "404", "403"])
        let routes = ["/shop/api/v1/private", "/shop/api/v1/items/{id}", "(none)", "/shop/api/v1/session"]
        #expect(try desk.lines().map { $0["http.route"]?.string } == routes)
        #expect(!desk.text.contains("geheim"))
    }

    @Test("a failure is told with its error under the id that its client gets, and the client gets no more")
    func failures() async throws {
        let desk = try Desk()
        let response = await desk.sample.send(.get, "/shop/api/v1/broken")
        let id = try #require(response.headers["x-request-id"])
        let lines = try desk.lines()
        #expect(lines.allSatisfy { $0["request.id"]?.string == id && $0["level"] == "error" })
        #expect(lines.contains { $0["error"]?.string?.contains("Teapot") == true })
        #expect(lines.contains { $0["http.status"] == "500" })
        #expect(response.bodyText.contains(id) && !response.bodyText.contains("Teapot"))
    }
}
