/// How a scan names a sack: by its own code or by its SSCC (rules R3, R7).
enum ParentReference: Sendable, Hashable {
    /// The sack's own code, and the product type that it belongs to by its pattern.
    case code(String, ProductType)
    /// The SSCC that may have been assigned to the sack.
    case sscc(SSCC)

    /// Reads the text of a scan as a sack.
    ///
    /// - Throws: `invalid_parent_code`, `invalid_sscc` or `too_long`.
    static func parse(_ raw: String, catalog: ProductCatalog) throws(CodeError) -> ParentReference {
        let text = try ScannedText.normalise(raw, expecting: .parent)
        if SSCC.isSSCCForm(text) { return .sscc(try SSCC.parse(text)) }
        guard let type = catalog.type(ofParentCode: text) else {
            throw .invalidParentCode(text, catalog: catalog)
        }
        return .code(text, type)
    }

    /// The text that names the sack: its code or the 18 digits.
    var text: String {
        switch self {
        case .code(let code, _): code
        case .sscc(let sscc): sscc.text
        }
    }
}
