/// What people write: names, reasons, addresses. It is kept as it was sent; letters of many scripts and many emoji need the
/// invisible joiners that rule R1 takes out of codes.
enum FreeText {
    /// `raw` without white space at its ends.
    static func trimmed(_ raw: String) -> String {
        let scalars = raw.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
