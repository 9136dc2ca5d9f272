import PorticoJSON

/// What the owner of an account is told of their phone. Numbers are never shown whole.
struct PhoneStatus: JSONRepresentable, Hashable {
    let number: String?
    let pending: String?
    let isAvailable: Bool
    let isUsed: Bool

    static var schemaName: String { "Phone" }

    static var example: PhoneStatus {
        PhoneStatus(number: "+91 •••• 678", pending: nil, isAvailable: true, isUsed: true)
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("number", number, "The confirmed number but for its middle; null when there is none")
        object.field("pending", pending, "One whose code was not shown yet; null when there is none")
        object.field("available", isAvailable, "Whether text messages are sent here")
        object.field("used", isUsed, "Whether signing in takes a code by text message to the confirmed number")
    }
}
