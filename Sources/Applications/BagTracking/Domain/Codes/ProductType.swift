/// What a kind of sack holds, and how its sacks are numbered (rule R2).
struct ProductType: Sendable, Hashable {
    /// Short name in the API, `^[a-z][a-z0-9_]{1,29}$`.
    var code: String
    /// What people read, 1–60 characters.
    var name: String
    /// How every sack code begins, `^[A-Z][A-Z0-9-]{0,9}$`.
    var prefix: String
    /// How many digits follow the prefix, 3–12.
    var digits: Int
    /// How many bags fill a sack, 1–500.
    var capacity: Int
    /// The weight of one bag in grams, 1–100000.
    var unitWeightGrams: Int
    /// Whether new sacks of this type may be registered.
    var isActive: Bool

    static let mustard = ProductType(
        code: "mustard", name: "Mustard", prefix: "SB", digits: 5, capacity: 30, unitWeightGrams: 1000, isActive: true)
    static let moong = ProductType(
        code: "moong", name: "Moong", prefix: "M444-", digits: 5, capacity: 15, unitWeightGrams: 1000, isActive: true)
    /// The types that every new database begins with.
    static let builtIn = [mustard, moong]

    /// Whether `code` is one of this type's sack codes: the prefix, then exactly `digits` ASCII digits.
    func matches(_ code: String) -> Bool {
        let bytes = code.utf8
        return bytes.count == prefix.utf8.count + digits && bytes.starts(with: prefix.utf8)
            && bytes.dropFirst(prefix.utf8.count).allSatisfy(ASCII.isDigit)
    }

    /// The sack codes as a regular expression, for example `^SB[0-9]{5}$`.
    var pattern: String { "^\(prefix)[0-9]{\(digits)}$" }

    /// The sack codes in words, for example `SB and 5 digits`.
    var form: String { "\(prefix) and \(digits) digits" }

    /// The sack code with a serial number, padded with zeros (rule R43), or nil when it does not fit the digits.
    func parentCode(serial: Int) -> String? {
        let text = String(serial)
        guard serial >= 0, text.utf8.count <= digits else { return nil }
        return prefix + String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// Whether one string could be a sack code of both types.
    ///
    /// Both codes are as long as each other, and what the longer prefix has more than the shorter must be readable
    /// as digits of the shorter one's number.
    func overlaps(_ other: ProductType) -> Bool {
        let (short, long) = prefix.utf8.count <= other.prefix.utf8.count ? (self, other) : (other, self)
        return short.prefix.utf8.count + short.digits == long.prefix.utf8.count + long.digits
            && long.prefix.utf8.starts(with: short.prefix.utf8)
            && long.prefix.utf8.dropFirst(short.prefix.utf8.count).allSatisfy(ASCII.isDigit)
    }

    /// How many digits follow the prefix when hyphens are disregarded in both, or nil when anything but digits
    /// follows, or nothing: the likeness of rule R4.
    func digitCount(inDamaged code: String) -> Int? {
        var rest = code.utf8.lazy.filter { $0 != ASCII.hyphen }.makeIterator()
        for byte in prefix.utf8 where byte != ASCII.hyphen {
            guard rest.next() == byte else { return nil }
        }
        var count = 0
        while let byte = rest.next() {
            guard ASCII.isDigit(byte) else { return nil }
            count += 1
        }
        return count > 0 ? count : nil
    }
}
