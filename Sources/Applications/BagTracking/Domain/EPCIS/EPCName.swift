/// What an identifier of EPCIS names (rule R41; CBV 2.0 §8).
enum EPCName: Sendable, Hashable {
    /// A bag, or a sack while it carries no SSCC, by its code.
    case object(String)
    /// A sack while it carries this SSCC.
    case serial(String)

    /// The SSCC's address, the same for everybody.
    private static let serials = "https://id.gs1.org/00/"

    /// Reads an address; nil for what can't name a sack or bag of ours.
    init?(_ text: String, publicURL: String) {
        if text.hasPrefix(EPCName.serials) {
            let digits = String(text.dropFirst(EPCName.serials.count))
            guard digits.utf8.count == 18, digits.utf8.allSatisfy(ASCII.isDigit) else { return nil }
            self = .serial(digits)
            return
        }
        let objects = "\(publicURL)/bags/id/obj/"
        guard text.hasPrefix(objects) else { return nil }
        let code = String(text.dropFirst(objects.count))
        guard (1...20).contains(code.utf8.count) else { return nil }
        self = .object(code)
    }
}
