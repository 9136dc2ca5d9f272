/// A code that a label may carry (rule R43), whether or not anything with it exists yet.
struct LabelCode: Sendable, Hashable {
    /// What the code names.
    enum Kind: Sendable, Hashable {
        case sack(ProductType)
        case bag, sscc, ticket
        case command(StationCommand)
    }

    /// The bare code: what the QR code holds.
    let text: String
    let kind: Kind

    /// Reads a code as a scan would be read (rules R1–R6), and the text of a command card or a return ticket.
    ///
    /// - Parameter isKnownChild: whether a code is already registered as a bag; asked only about codes that look like a
    ///   damaged sack code.
    /// - Throws: what a scan of the code would be refused with.
    static func read(
        _ raw: String, catalog: ProductCatalog, isKnownChild: (String) -> Bool
    ) throws(CodeError) -> LabelCode {
        let text = try ScannedText.normalise(raw)
        if let command = StationCommand(rawValue: text) { return LabelCode(text: text, kind: .command(command)) }
        if let type = catalog.type(ofParentCode: text) { return LabelCode(text: text, kind: .sack(type)) }
        if SSCC.isSSCCForm(text) { return LabelCode(text: try SSCC.parse(text).text, kind: .sscc) }
        if isTicket(text) { return LabelCode(text: text, kind: .ticket) }
        let label = try ChildLabel.parse(text, catalog: catalog, isKnownChild: isKnownChild)
        return LabelCode(text: label.code, kind: .bag)
    }

    /// The codes of a product type from one serial number on; nil when the last does not fit its digits.
    static func serials(of type: ProductType, from first: Int, count: Int) -> [LabelCode]? {
        let (end, isTooLarge) = first.addingReportingOverflow(count)
        guard !isTooLarge, first >= 0, count > 0, type.parentCode(serial: end - 1) != nil else { return nil }
        return (first..<end).compactMap { serial in
            type.parentCode(serial: serial).map { LabelCode(text: $0, kind: .sack(type)) }
        }
    }

    /// Whether a text is the code of a return ticket: `RTN-`, the day, four hexadecimal digits (rule R29).
    private static func isTicket(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard parts.count == 3, text.hasPrefix("RTN-"), parts[1].count == 8, parts[2].count == 4 else { return false }
        return parts[1].allSatisfy(ASCII.isDigit)
            && parts[2].allSatisfy { ASCII.isDigit($0) || (0x41...0x46).contains($0) }
    }
}
