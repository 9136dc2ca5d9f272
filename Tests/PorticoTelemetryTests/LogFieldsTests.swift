import Logging
import Testing

@testable import PorticoTelemetry

@Suite struct LogFieldsTests {
    private func fields(_ metadata: Logger.Metadata) -> [LogField] {
        var fields = LogFields(redaction: .standard)
        fields.add(metadata)
        return fields.sorted
    }

    @Test("sorts flattened keys by their whole path")
    func sorted() {
        let keys = fields(["b": ["z": "1", "a": ["m": "2"]], "a": "3", "c": "4"]).map(\.key)
        #expect(keys == ["a", "b.a.m", "b.z", "c"])
    }

    @Test("leaves out empty dictionaries and keeps empty arrays")
    func empty() {
        #expect(fields(["a": .dictionary([:]), "b": .array([])]) == [LogField(key: "b", value: .list([]))])
    }

    @Test("masks by the whole path, so that a harmless key under a secret one is masked too")
    func path() {
        #expect(fields(["cookies": ["first": "x"]]) == [LogField(key: "cookies", value: .text(LogRedaction.mask))])
        #expect(fields(["cookie.first": "x"]).first?.value == .text(LogRedaction.mask))
    }

    @Test("an error's own fields win over metadata of the same name")
    func error() {
        var fields = LogFields(redaction: .standard)
        fields.add(["error.message": "old"])
        fields.add(CancellationError())
        #expect(fields.sorted.map(\.key) == ["error.message", "error.type"])
        #expect(fields.sorted.last?.value == .text("Swift.CancellationError"))
        #expect(fields.sorted.first?.value != .text("old"))
    }

    @Test("cuts long text and leaves short text alone")
    func loggableText() {
        #expect(loggable("short") == "short")
        let cut = loggable(String(repeating: "x", count: 9000))
        #expect(cut.utf8.count <= maximumLoggedTextBytes + 3 && cut.hasSuffix("x…"))
    }
}
