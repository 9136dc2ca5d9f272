import Testing

@testable import PorticoRealtime

@Suite struct MessageFormsTests {
    /// - Returns: whether the form had to be made.
    private func isMade(_ topic: String, _ forms: MessageForms) -> Bool {
        var hasMade = false
        let bytes = forms.socket(MessageForms.Form(topic: topic, window: nil)) {
            hasMade = true
            return Array(topic.utf8)
        }
        #expect(bytes == Array(topic.utf8))
        return hasMade
    }

    @Test("keeps what was made first, and no more than so many forms however many names clients use")
    func bounded() {
        let forms = MessageForms()
        let names = (0..<MessageForms.most + 5).map { "area:\($0)" }
        for name in names { #expect(isMade(name, forms)) }
        for name in names.prefix(MessageForms.most) { #expect(!isMade(name, forms)) }
        for name in names.dropFirst(MessageForms.most) { #expect(isMade(name, forms)) }
    }
}
