import Portico

/// What the label of a bag says: its code, and with the full label text the seed lot and the date of test
/// (rules R4, R5).
struct ChildLabel: Sendable, Hashable {
    let code: String
    let lot: String?
    let testDate: CalendarDate?
    /// `test_date_unreadable` when the label has a date of test that is none.
    let warnings: [ScanWarning]

    /// Reads the text of a scan as a bag and judges its code.
    ///
    /// - Parameter isKnownChild: whether a code is already registered as a bag; asked only about codes that look
    ///   like a damaged sack code.
    /// - Throws: `wrong_kind`, `looks_like_parent`, `invalid_child_code` or `too_long`.
    static func parse(
        _ raw: String, catalog: ProductCatalog, isKnownChild: (String) -> Bool
    ) throws(CodeError) -> ChildLabel {
        let label = try read(raw)
        try label.check(catalog: catalog, isKnownChild: isKnownChild)
        return label
    }

    /// The first half of ``parse(_:catalog:isKnownChild:)``: R1 and R5, without judging the code, for a store that
    /// looks the code up in between.
    static func read(_ raw: String) throws(CodeError) -> ChildLabel {
        let text = try ScannedText.normalise(raw, expecting: .child)
        guard let label = LabelText(text) else {
            return ChildLabel(code: text, lot: nil, testDate: nil, warnings: [])
        }
        let date = label.dateOfTest.flatMap(TestDate.parse)
        let isUnreadable = label.dateOfTest != nil && date == nil
        return ChildLabel(
            code: label.code, lot: label.lot, testDate: date, warnings: isUnreadable ? [.testDateUnreadable] : [])
    }

    /// The second half of ``parse(_:catalog:isKnownChild:)``: the checks of R4 in their order.
    func check(catalog: ProductCatalog, isKnownChild: (String) -> Bool) throws(CodeError) {
        if SSCC.isSSCCForm(code) || catalog.type(ofParentCode: code) != nil { throw .wrongKind(code) }
        if let (type, _) = catalog.resemblance(of: code), !isKnownChild(code) {
            throw .looksLikeParent(code, type: type)
        }
        guard ChildLabel.isCode(code) else { throw .invalidChildCode(code) }
    }

    /// Whether `text` matches `^[A-Z0-9]{4,20}$`.
    static func isCode(_ text: String) -> Bool {
        (4...20).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCII.isDigit($0) || ASCII.isUpperLetter($0) }
    }

    /// Whether a character may occur in the code of a bag.
    static func isCodeScalar(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return false }
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        return ASCII.isDigit(byte) || ASCII.isUpperLetter(byte)
    }
}
