import Portico

/// Sacks that a list of scans is asked for by their SSCC (rule R7): scans keep a sack's own code.
extension ScanFilter {
    /// The filter with the sacks' own codes. A number that no sack the reader may see carries stays as it is, so that
    /// the scans that were refused for it are found.
    /// - Throws: ``SQLError``.
    func named(in session: some SQLSession) throws -> ScanFilter {
        var filter = self
        filter.code = try ownCode(code, in: session)
        filter.parentCode = try ownCode(parentCode, in: session)
        return filter
    }

    private func ownCode(_ text: String?, in session: some SQLSession) throws -> String? {
        guard let text, let number = try? SSCC.parse(text) else { return text }
        let sack = try BagLookup(session).sack(.sscc(number), locked: false)
        return sack.flatMap { AreaRules.sees($0.areaCode, userArea: areaCode) ? $0.code : nil } ?? number.text
    }
}
