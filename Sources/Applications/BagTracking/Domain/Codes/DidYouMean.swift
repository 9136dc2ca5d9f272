/// Codes that differ from an unknown one by a single slip (rule R42).
///
/// A slip is one character replaced, left out, added, or swapped with its neighbour: the Damerau–Levenshtein
/// distance 1, where the restricted form (optimal string alignment) and the unrestricted one agree.
enum DidYouMean {
    /// How many suggestions an answer carries.
    static let limit = 5

    /// Where an index can find every code within one slip of a text.
    struct Candidates: Sendable, Hashable {
        /// Beginnings of the code.
        let prefixes: [String]
        /// The beginning of the code read backwards.
        let reversedPrefix: String
    }

    /// Whether exactly one slip leads from `left` to `right`.
    static func isWithinOne(_ left: String, _ right: String) -> Bool {
        let (short, long) = left.unicodeScalars.count <= right.unicodeScalars.count ? (left, right) : (right, left)
        let shorter = Array(short.unicodeScalars)
        let longer = Array(long.unicodeScalars)
        guard longer.count - shorter.count <= 1 else { return false }
        guard let first = longer.indices.first(where: { $0 == shorter.count || shorter[$0] != longer[$0] }) else {
            return false
        }
        if shorter.count < longer.count { return shorter[first...] == longer[(first + 1)...] }
        if shorter[(first + 1)...] == longer[(first + 1)...] { return true }
        return first + 1 < shorter.count && shorter[first] == longer[first + 1]
            && shorter[first + 1] == longer[first] && shorter[(first + 2)...] == longer[(first + 2)...]
    }

    /// Where to look for codes one slip away from `code`.
    ///
    /// Cut `code` = A·B anywhere. A replaced or left-out character lies in A or in B, so the other part stays: the
    /// candidate begins with A or ends in B. An added character goes into A, into B or between them; again A stays
    /// in front or B at the end. Two swapped neighbours lie both in A, both in B, or on either side of the cut; in
    /// the last case the candidate begins with A without its last character, then the first of B, then that last of
    /// A. So every candidate begins with A or with that swapped beginning, or ends in B; nothing else need be read,
    /// and ``isWithinOne(_:_:)`` decides.
    ///
    /// The cut is before the last three characters (in the middle of shorter codes): serial numbers share long
    /// beginnings, so this is where neither side has more than about a thousand codes.
    static func candidatePrefixes(of code: String) -> Candidates {
        let scalars = Array(code.unicodeScalars)
        let cut = max(scalars.count - 3, scalars.count / 2)
        let head = Array(scalars[..<cut])
        var prefixes = [text(head)]
        if let last = head.last, let next = scalars[cut...].first, last != next {
            prefixes.append(text(head.dropLast() + [next, last]))
        }
        return Candidates(prefixes: prefixes, reversedPrefix: text(scalars[cut...].reversed()))
    }

    /// Every text of code characters one slip away from `code`, at most 75 for each character and 37 more: for
    /// looking them up one by one where codes are too short for ``candidatePrefixes(of:)`` to narrow anything.
    static func neighbours(of code: String) -> Set<String> {
        let scalars = Array(code.unicodeScalars)
        var found: Set<String> = []
        for index in 0...scalars.count {
            let head = scalars[..<index]
            let tail = scalars[index...]
            for letter in alphabet {
                found.insert(text(head + [letter] + tail))
                if !tail.isEmpty { found.insert(text(head + [letter] + tail.dropFirst())) }
            }
            found.insert(text(head + tail.dropFirst()))
            if tail.count > 1 { found.insert(text(head + tail.prefix(2).reversed() + tail.dropFirst(2))) }
        }
        found.remove(code)
        return found
    }

    private static let alphabet = Array("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars)

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
