/// Words in order, so that all that begin alike stand side by side.
struct WordList: Sendable {
    private let words: [[UInt8]]

    init(_ words: some Sequence<String>) {
        self.words = Set(words).map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Where the words end that can be read from `start` on.
    ///
    /// Of the words that begin with what was read so far, the one that ends there, if any, stands first.
    func ends(in keys: [Unicode.Scalar], from start: Int) -> [Int] {
        var ends: [Int] = []
        var ranges: [Range<Int>] = [words.indices]
        for (depth, key) in keys[start...].enumerated() {
            let letters = PasswordKeys.letters(readAs: key)
            ranges = ranges.flatMap { range in letters.compactMap { narrowed(range, to: $0, at: depth) } }
            guard !ranges.isEmpty else { break }
            let isWhole = ranges.contains { words[$0.lowerBound].count == depth + 1 }
            if isWhole { ends.append(start + depth + 1) }
        }
        return ends
    }

    /// Those of a range of words with `depth` equal letters that have `letter` as the next one.
    private func narrowed(_ range: Range<Int>, to letter: UInt8, at depth: Int) -> Range<Int>? {
        let first = firstIndex(in: range) { $0.count > depth && $0[depth] >= letter }
        let end = firstIndex(in: first..<range.upperBound) { $0[depth] > letter }
        return first < end ? first..<end : nil
    }

    /// The first of a range of words for which `isBehind` holds, as it does for all after it; without one, the end.
    private func firstIndex(in range: Range<Int>, where isBehind: ([UInt8]) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(words[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
