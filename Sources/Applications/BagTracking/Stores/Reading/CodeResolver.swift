import Portico

/// Says what any code is: the one box of the find page (journey 3).
struct CodeResolver<Session: SQLSession> {
    let finder: BagFinder<Session>

    /// The sack or bag behind a code, an SSCC or the text of a label.
    /// - Throws: ``Refusal`` `unknown_code` with suggestions, the refusal of a text that is too long or a wrong SSCC,
    ///   ``SQLError``.
    func resolve(_ text: String) throws -> BagListing {
        let code: String
        do throws(CodeError) {
            code = try ChildLabel.read(text).code
            if SSCC.isSSCCForm(code) { _ = try SSCC.parse(code) }
        } catch {
            throw Refusal(error)
        }
        if let row = try finder.bag(code) {
            return BagListing(row: row, place: try BagLookup(finder.session).place(of: row))
        }
        let suggestions = try CodeSuggestions(finder.session).codes(near: code, areaCode: finder.areaCode)
        throw Refusal.unknownCode(code, suggestions: suggestions)
    }
}
