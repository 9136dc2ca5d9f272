/// Why a text that was scanned or typed is not the code that was asked for (rules R1–R6); always answered with 422.
struct CodeError: Error, Sendable, Hashable {
    /// The stable code of the API, for example `invalid_parent_code`.
    let code: String
    /// What is wrong and what is expected, for the person who scanned.
    let detail: String
}

extension CodeError {
    /// R1: more than 200 characters.
    static func tooLong(_ count: Int) -> CodeError {
        CodeError(
            code: "too_long",
            detail: "The text has \(count) characters; a code has at most \(ScannedText.maximumLength). Scan one label."
        )
    }

    /// R1: a web address that names neither a bag nor an SSCC.
    static func unknownLink(expecting kind: BagKind) -> CodeError {
        CodeError(
            code: kind == .parent ? "invalid_parent_code" : "invalid_child_code",
            detail: "This is a web address without a code. Expected an address that ends in /obj/ and a code, "
                + "or in /00/ and an SSCC.")
    }

    /// R3: no product type has sacks with such a code.
    static func invalidParentCode(_ text: String, catalog: ProductCatalog) -> CodeError {
        CodeError(code: "invalid_parent_code", detail: parentDetail(text, catalog: catalog))
    }

    /// R4: a sack, or the form of an SSCC, where a bag was expected.
    static func wrongKind(_ text: String) -> CodeError {
        CodeError(code: "wrong_kind", detail: "\(quote(text)) is a sack. Scan the label of a bag here.")
    }

    /// R4: a bag code that is more likely a sack code read badly.
    static func looksLikeParent(_ text: String, type: ProductType) -> CodeError {
        CodeError(
            code: "looks_like_parent",
            detail: "\(quote(text)) looks like a sack code that was not read completely: "
                + "\(type.name) sacks have \(type.form). Scan it again.")
    }

    /// R4: not 4–20 letters and digits.
    static func invalidChildCode(_ text: String) -> CodeError {
        CodeError(code: "invalid_child_code", detail: childDetail(text))
    }

    /// R6: the right number of digits, but the check digit disagrees.
    static func wrongCheckDigit(_ digits: String, expected: Int) -> CodeError {
        CodeError(
            code: "invalid_sscc",
            detail: "SSCC \(digits) ends in \(digits.suffix(1)), but its check digit is \(expected). "
                + "One digit was read or typed wrongly.")
    }

    /// R6: a text that can only be meant as an SSCC and has not its form.
    static func malformedSSCC(_ text: String) -> CodeError {
        CodeError(
            code: "invalid_sscc",
            detail: "\(quote(text)) is not an SSCC. Expected 18 digits, with or without 00 or (00) before them.")
    }

    /// `text` as a message shows it: on one line, and shortened so that the message stays readable.
    static func quote(_ text: String) -> String {
        let line = text.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }
        let shown = String(String.UnicodeScalarView(line.prefix(40)))
        return line.count > 40 ? shown + "…" : shown
    }

    private static func parentDetail(_ text: String, catalog: ProductCatalog) -> String {
        if text.isEmpty { return "No code was read. Scan the label of the sack again." }
        if let (type, digits) = catalog.resemblance(of: text) {
            guard digits == type.digits else {
                return
                    "\(quote(text)) has \(Refusal.counted(digits, "digit")), \(type.name) sacks have \(type.form). Scan it again."
            }
            return "\(quote(text)) has a hyphen too many or too few, \(type.name) sacks have \(type.form)."
        }
        if LabelText.isLabel(text) { return "This is the label of a bag. Scan a sack here: \(catalog.forms)." }
        return "\(quote(text)) is not a sack code. Sacks have \(catalog.forms)."
    }

    private static func childDetail(_ text: String) -> String {
        let count = text.unicodeScalars.count
        if count == 0 { return "No code was read. Scan the label of the bag again." }
        if text.hasPrefix("LABEL") && text.unicodeScalars.contains(where: \.properties.isWhitespace) {
            return "The number on this label could not be read. Expected LABEL NO and 4 to 17 digits."
        }
        if let strange = text.unicodeScalars.first(where: { !ChildLabel.isCodeScalar($0) }) {
            return "\(quote(text)) contains “\(quote(String(strange)))”. Bag codes have only letters A–Z and digits."
        }
        return "\(quote(text)) has \(Refusal.counted(count, "character")). Bag codes have 4 to 20 letters and digits."
    }
}
