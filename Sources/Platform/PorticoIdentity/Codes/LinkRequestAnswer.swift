import PorticoJSON

/// What everybody is told who asks for a link.
struct LinkRequestAnswer: JSONRepresentable, Hashable {
    let message: String

    static var schemaName: String { "LinkRequestAnswer" }

    static var example: LinkRequestAnswer {
        LinkRequestAnswer(message: "If there is an account under this address, a link is on its way to it.")
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("message", message, "The same whether or not there is such an account")
    }
}
