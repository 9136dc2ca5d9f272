/// The rule that knows the passwords that are guessed first.
///
/// Instead of a list it has what such passwords are put together from, and a price for each part. A password is common
/// when it can be put together for few points. A point is about a factor of three in the tries it takes to come upon
/// that part, so the limit stands for a million tries or two: a common word with a year and a sign behind it, or two
/// common words and nothing else. What is not known is paid key by key, so a word that is not common is dear.
enum CommonPasswords {
    /// The most points of a common password.
    static let limit = 13
    /// Longer passwords are not looked at: nobody guesses them first.
    static let longest = 64

    /// Whether a password is common, where `context` are words that go without saying at this place.
    static func contains(_ password: String, context: [String]) -> Bool {
        let keys = PasswordKeys.keys(of: password)
        return keys.count <= longest && points(for: keys, context: WordList(context)) <= limit
    }

    /// The fewest points for which a password can be put together, part by part from the left. The work grows at most
    /// with the third power of the length.
    static func points(for keys: [Unicode.Scalar], context: WordList) -> Int {
        var fewest = [0] + Array(repeating: Int.max, count: keys.count)
        for start in keys.indices {
            func reach(_ end: Int, for price: Int) {
                fewest[end] = min(fewest[end], fewest[start] + price)
            }
            reach(start + 1, for: price(of: keys[start]))
            if isYear(in: keys, at: start) { reach(start + 4, for: Price.year) }
            for end in KeyLines.ends(in: keys, from: start) { reach(end, for: Price.run) }
            for end in CommonWords.list.ends(in: keys, from: start) { reach(end, for: Price.word) }
            for end in context.ends(in: keys, from: start) { reach(end, for: Price.contextWord) }
            for end in repetitionEnds(in: keys, from: start) { reach(end, for: Price.repetition) }
        }
        return fewest[keys.count]
    }

    private enum Price {
        static let contextWord = 1
        static let repetition = 1
        static let digit = 2
        static let usualSign = 2
        static let otherKey = 3
        static let run = 3
        static let year = 4
        static let word = 6
    }

    private static let digits: ClosedRange<Unicode.Scalar> = "0"..."9"
    private static let usualSigns = Set("!@#$%&*.-_ ?+".unicodeScalars)

    private static func price(of key: Unicode.Scalar) -> Int {
        if digits.contains(key) { return Price.digit }
        return usualSigns.contains(key) ? Price.usualSign : Price.otherKey
    }

    /// Whether four keys are a year from 1900 to 2099.
    private static func isYear(in keys: [Unicode.Scalar], at start: Int) -> Bool {
        guard start + 4 <= keys.count else { return false }
        let century = Array(keys[start..<(start + 2)])
        return (century == ["1", "9"] || century == ["2", "0"])
            && keys[(start + 2)..<(start + 4)].allSatisfy { digits.contains($0) }
    }

    /// Where keys end that say again what stands right before them, or the same moved on by a key.
    private static func repetitionEnds(in keys: [Unicode.Scalar], from start: Int) -> [Int] {
        let most = min(start, keys.count - start)
        return ((start + 1)..<(start + most + 1)).filter { end in
            let length = end - start
            let (before, behind) = (keys[(start - length)..<start], keys[start..<end])
            return before == behind || (length > 1 && KeyLines.isMoved(behind, from: before))
        }
    }
}
