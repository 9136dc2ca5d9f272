/// What the routes of the testing environment answer: one text.
struct TestText: JSONRepresentable {
    let text: String
    static let schemaName = "TestText"
    static let example = TestText(text: "Closed on Sunday")

    func write(to object: inout JSONObjectWriter) {
        object.field("text", text, "What it says")
    }
}
