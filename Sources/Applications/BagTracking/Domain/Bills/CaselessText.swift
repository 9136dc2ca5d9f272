/// Text without its case, and with one spelling for each letter: what two people who mean the same code have typed.
///
/// Full case folding (The Unicode Standard, §3.13): `ß` and `SS` are one, and so are the two small sigmas. Letters with marks
/// are composed before and after (UAX #15, form C), so that `é` is one whether it was sent as one character or as two.
/// Compatibility characters, such as wide or circled letters, stay what they are.
enum CaselessText {
    /// The folded form; at most a few times as long as `text`.
    static func of(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return composed(folded(composed(text)))
    }

    /// Character by character, so that what stands beside a letter changes nothing: prefixes keep being prefixes. A small
    /// letter alone does not tell which others it folds with; its capital, made small again, does.
    private static func folded(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard scalar != dotlessI else {
                scalars.append(scalar)
                continue
            }
            for small in scalar.properties.lowercaseMapping.unicodeScalars {
                for capital in small.properties.uppercaseMapping.unicodeScalars {
                    scalars.append(contentsOf: capital.properties.lowercaseMapping.unicodeScalars)
                }
            }
        }
        return String(scalars)
    }

    /// The only letter whose capital is another letter's: it folds to itself.
    private static let dotlessI: Unicode.Scalar = "\u{131}"

    /// The form that the standard library compares strings by.
    private static func composed(_ text: String) -> String {
        String(decoding: text._nfcCodeUnits, as: UTF8.self)
    }
}
