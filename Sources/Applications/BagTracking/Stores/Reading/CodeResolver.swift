import Portico

/// Says what any code is: the one box of the find page (journey 3).
struct CodeResolver<Session: SQLSession> {
    let finder: BagFinder<Session>

    /// What a code turned out to be.
    enum Found {
        case bag(BagListing)
        case bill(BillRow)
    }

    /// The sack or bag behind a code, an SSCC or the text of a label, or else the bill with this code.
    /// - Throws: ``Refusal`` `unknown_code` with suggestions, the refusal of a text that is too long or a wrong SSCC,
    ///   ``SQLError``.
    func resolve(_ text: String) throws -> Found {
        let code: String
        do throws(CodeError) {
            code = try ChildLabel.read(text).code
            if SSCC.isSSCCForm(code) { _ = try SSCC.parse(code) }
        } catch {
            if let bill = try bill(text) { return .bill(bill) }
            throw Refusal(error)
        }
        if let row = try finder.bag(code) {
            return .bag(BagListing(row: row, place: try BagLookup(finder.session).place(of: row)))
        }
        if let bill = try bill(text) { return .bill(bill) }
        let suggestions = try CodeSuggestions(finder.session).codes(near: code, areaCode: finder.areaCode)
        throw Refusal.unknownCode(code, suggestions: suggestions)
    }

    /// The bill with this code that the reader may see.
    private func bill(_ text: String) throws -> BillRow? {
        let found = try BillLookup(finder.session).bill(code: text)
        return found.flatMap { AreaRules.sees($0.areaCode, userArea: finder.areaCode) ? $0 : nil }
    }
}
