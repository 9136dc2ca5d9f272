import Logging
import PorticoTelemetry
import Testing

@Suite struct WorkOriginTests {
    private static let request = "e5a83fa53e54aaacb49f53f94bcd81b0"
    private static let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("keeps the trace of the caller")
    func takesOver() {
        let origin = WorkOrigin(requestID: Self.request, traceparent: Self.sent)
        #expect(origin.traceparent == Self.sent)
        #expect(origin.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(origin.metadata == ["request.id": "\(Self.request)", "trace.id": "4bf92f3577b34da6a3ce929d0e0e4736"])
    }

    @Test("takes what it knows from later versions")
    func laterVersion() {
        let origin = WorkOrigin(requestID: Self.request, traceparent: "cc\(Self.sent.dropFirst(2))-more")
        #expect(origin.traceparent == Self.sent)
    }

    @Test(
        "names the trace after the request where the caller's can't be read",
        arguments: [
            nil, "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
        ])
    func unreadable(text: String?) {
        let origin = WorkOrigin(requestID: Self.request, traceparent: text)
        #expect(origin.traceID == Self.request)
        #expect(origin.traceparent == "00-\(Self.request)-b49f53f94bcd81b0-00")
    }

    @Test("a request whose id is no trace's has a trace all the same, always the same")
    func otherIDs() {
        for id in ["550e8400-e29b-41d4-a716-446655440000", "proxy.1234", String(repeating: "0", count: 32)] {
            let (one, other) = (WorkOrigin(requestID: id), WorkOrigin(requestID: id))
            #expect(one == other && one.traceID.utf8.count == 32 && one.traceID != id)
            #expect(WorkOrigin(requestID: id, traceparent: one.traceparent) == one)
        }
    }
}
