/// Lines along which fingers run without thinking: the alphabet, the digits, rows and columns of keyboards.
enum KeyLines {
    /// On which lines, a bit for each, one key comes right after another, and on which right before it.
    struct Step {
        var forth: UInt32 = 0
        var back: UInt32 = 0
    }

    /// Where runs end that begin at `start`: three keys or more that keep to one line and one direction (`qwe`, `987`).
    static func ends(in keys: [Unicode.Scalar], from start: Int) -> Range<Int> {
        var (forth, back) = (UInt32.max, UInt32.max)
        var end = start + 1
        while end < keys.count {
            let next = step(from: keys[end - 1], to: keys[end])
            forth &= next.forth
            back &= next.back
            guard forth != 0 || back != 0 else { break }
            end += 1
        }
        return start + 3 <= end ? (start + 3)..<(end + 1) : end..<end
    }

    /// Whether one run of keys is another one of that length moved on by a key, the same way everywhere: `2wsx` after
    /// `1qaz`, `asd` after `qwe`, `22` after `11`.
    static func isMoved(_ keys: ArraySlice<Unicode.Scalar>, from others: ArraySlice<Unicode.Scalar>) -> Bool {
        let pairs = zip(others, keys)
        return pairs.allSatisfy { step(from: $0, to: $1).forth != 0 }
            || pairs.allSatisfy { step(from: $0, to: $1).back != 0 }
    }

    /// How one key lies to another. A sign on the row of digits is the digit under it.
    static func step(from key: Unicode.Scalar, to next: Unicode.Scalar) -> Step {
        steps[Pair(key: unshifted[key] ?? key, next: unshifted[next] ?? next)] ?? Step()
    }

    private struct Pair: Hashable {
        let key: Unicode.Scalar
        let next: Unicode.Scalar
    }

    /// At most 32, as many as there are bits in a ``Step``.
    private static let lines = [
        "abcdefghijklmnopqrstuvwxyz", "0123456789", "1234567890", "147", "258", "369",
        "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
        "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "0p",
    ]

    private static let unshifted: [Unicode.Scalar: Unicode.Scalar] = [
        "!": "1", "@": "2", "#": "3", "$": "4", "%": "5", "^": "6", "&": "7", "*": "8", "(": "9", ")": "0",
    ]

    private static let steps: [Pair: Step] = {
        var steps: [Pair: Step] = [:]
        for (number, line) in lines.enumerated() {
            let bit = UInt32(1) << UInt32(number)
            let keys = Array(line.unicodeScalars)
            for (key, next) in zip(keys, keys.dropFirst()) {
                steps[Pair(key: key, next: next), default: Step()].forth |= bit
                steps[Pair(key: next, next: key), default: Step()].back |= bit
            }
        }
        return steps
    }()
}
