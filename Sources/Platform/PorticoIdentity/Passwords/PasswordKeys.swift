/// A password as the keys that were pressed for it, without regard to capitals and to marks on letters.
enum PasswordKeys {
    /// The keys of a password, in order.
    static func keys(of password: String) -> [Unicode.Scalar] {
        password.lowercased().unicodeScalars
            .filter { !combiningMarks.contains($0) }
            .map { plain[$0] ?? $0 }
    }

    /// The letters that a key may stand for: itself, or those that it is put for (`p@ssw0rd`).
    static func letters(readAs key: Unicode.Scalar) -> [UInt8] {
        switch key {
        case "a"..."z": [UInt8(ascii: key)]
        case "@", "4": [UInt8(ascii: "a")]
        case "8": [UInt8(ascii: "b")]
        case "(": [UInt8(ascii: "c")]
        case "3", "€": [UInt8(ascii: "e")]
        case "6", "9": [UInt8(ascii: "g")]
        case "1", "!", "|": [UInt8(ascii: "i"), UInt8(ascii: "l")]
        case "£": [UInt8(ascii: "l")]
        case "0": [UInt8(ascii: "o")]
        case "$", "5": [UInt8(ascii: "s")]
        case "+", "7": [UInt8(ascii: "t")]
        case "2": [UInt8(ascii: "z")]
        default: []
        }
    }

    private static let combiningMarks: ClosedRange<Unicode.Scalar> = "\u{300}"..."\u{36F}"

    private static let plain: [Unicode.Scalar: Unicode.Scalar] = {
        let marked: [(letter: Unicode.Scalar, forms: String)] = [
            ("a", "àáâãäåāă"), ("c", "çćč"), ("d", "ď"), ("e", "èéêëēę"), ("g", "ğ"), ("i", "ìíîïī"), ("l", "ł"),
            ("n", "ñńň"), ("o", "òóôõöøō"), ("r", "ř"), ("s", "śšß"), ("t", "ť"), ("u", "ùúûüū"), ("y", "ýÿ"),
            ("z", "źżž"),
        ]
        var plain: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letter, forms) in marked {
            for form in forms.unicodeScalars { plain[form] = letter }
        }
        return plain
    }()
}
