import Glibc
import PorticoValues

/// Passwords that the operator refuses, whatever the case of their letters: leaked ones, or the usual ones of a place.
///
/// Of each password only the first 64 bits of its SHA-256 are kept, in order: eight bytes a password, however long it
/// is. With ten million of them, one in a million million others is refused as well.
public struct RefusedPasswords: Sendable {
    /// Why a list can't be used, in words that follow its name.
    public struct Mistake: Error, CustomStringConvertible, Sendable {
        /// The words.
        public let description: String
    }

    /// Each once, the smallest first.
    private let hashes: [UInt64]

    /// No passwords.
    public init() {
        hashes = []
    }

    /// The passwords of a file: UTF-8, one a line, taken as they stand there with all signs and spaces. Lines that are
    /// empty, too long for a password or no UTF-8 say nothing.
    /// - Throws: ``Mistake`` for a file that can't be read, is no text in UTF-8 or holds no password.
    public init(file path: String) throws(Mistake) {
        guard let file = fopen(path, "r") else { throw RefusedPasswords.unreadable }
        defer { fclose(file) }
        var lines = Lines()
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&part, 1, 65_536, file)
            guard count > 0 else { break }
            lines.take(part[..<count])
        }
        guard ferror(file) == 0 else { throw RefusedPasswords.unreadable }
        lines.end()
        guard lines.isText else { throw Mistake(description: "is no text in UTF-8") }
        guard !lines.hashes.isEmpty else { throw Mistake(description: "holds no password") }
        hashes = RefusedPasswords.distinct(lines.hashes.sorted())
    }

    /// How many there are.
    public var count: Int { hashes.count }

    /// Whether a password is one of them.
    public func contains(_ password: String) -> Bool {
        guard !hashes.isEmpty else { return false }
        let wanted = RefusedPasswords.hash(Array(password.utf8))
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = low + (high - low) / 2
            if hashes[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == wanted
    }
}

extension RefusedPasswords {
    /// The lines of a file, however its bytes come.
    private struct Lines {
        private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

        private(set) var hashes: [UInt64] = []
        /// Whether no NUL byte was seen; text in UTF-16 is full of them.
        private(set) var isText = true
        private var line: [UInt8] = []
        private var isFirst = true

        mutating func take(_ bytes: ArraySlice<UInt8>) {
            if bytes.contains(0) { isText = false }
            var rest = bytes
            while let end = rest.firstIndex(of: 0x0A) {
                extend(rest[..<end])
                self.end()
                rest = rest[(end + 1)...]
            }
            extend(rest)
        }

        /// Ends a line.
        mutating func end() {
            if isFirst, line.starts(with: Lines.mark) { line.removeFirst(Lines.mark.count) }
            if line.last == 0x0D { line.removeLast() }
            if !line.isEmpty, line.count <= PasswordPolicy.byteLimit { hashes.append(RefusedPasswords.hash(line)) }
            isFirst = false
            line.removeAll(keepingCapacity: true)
        }

        /// Of a line that is too long no more is kept than shows it.
        private mutating func extend(_ bytes: ArraySlice<UInt8>) {
            guard line.count <= PasswordPolicy.byteLimit else { return }
            line += bytes
        }
    }

    private static var unreadable: Mistake {
        Mistake(description: "can't be read: \(String(cString: strerror(errno)))")
    }

    /// Takes the memory it needs and no more.
    private static func distinct(_ sorted: [UInt64]) -> [UInt64] {
        var distinct: [UInt64] = []
        distinct.reserveCapacity(sorted.count)
        for hash in sorted where hash != distinct.last { distinct.append(hash) }
        return distinct
    }

    private static func hash(_ password: [UInt8]) -> UInt64 {
        Digest.sha256(small(password)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The bytes of a password in small letters.
    private static func small(_ password: [UInt8]) -> [UInt8] {
        guard password.contains(where: { $0 >= 0x80 }) else {
            return password.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        }
        return Array(String(decoding: password, as: UTF8.self).lowercased().utf8)
    }
}
