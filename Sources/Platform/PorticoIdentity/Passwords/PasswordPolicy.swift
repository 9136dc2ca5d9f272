import PorticoHTTP

/// Which passwords people may choose: at least 8 characters of four classes, or at least 15 of any; none that holds the
/// name in their email address; none that is common or made up of the words of the place.
public enum PasswordPolicy {
    /// The most bytes of a password, so that nobody makes the hasher chew megabytes.
    public static let byteLimit = 1024

    /// Words that are no secret where Portico runs: its name and those of its applications. They add next to nothing to
    /// a password, and neither do the words of the email address, in front of the `@` and behind it, where the
    /// organisation is named.
    public static let contextWords = [
        "portico", "bags", "bagtracking", "tracking", "live", "court", "cases", "transparency",
    ]

    /// Letters in the shortest word of an email address that means anything inside a password.
    private static let shortestName = 4

    /// Why a password is refused.
    public enum Refusal: String, Sendable, Hashable, CaseIterable {
        /// Fewer than 8 characters.
        case tooShort = "too_short"
        /// Fewer than 15 characters and not of four classes.
        case tooSimple = "too_simple"
        /// More than ``PasswordPolicy/byteLimit`` bytes.
        case tooLong = "too_long"
        /// Put together from so little that it is guessed first, or one of the operator's list.
        case common = "too_common"
        /// Holds the part of the email address before the `@`.
        case containsEmail = "contains_email"
        /// Is the account's password, or was one of its last; asked of people who choose for themselves
        /// (``PasswordRules/former``).
        case usedBefore = "used_before"

        /// The refusal in words, for the person who typed it.
        public var message: String {
            switch self {
            case .tooShort: "must have at least 8 characters"
            case .tooSimple:
                "must have a small letter, a capital letter, a digit and another character, or at least 15 characters"
            case .tooLong: "must have at most \(PasswordPolicy.byteLimit) bytes"
            case .common: "is one of the passwords that are guessed first"
            case .containsEmail: "must not contain the name in the email address"
            case .usedBefore: "has been yours already; choose another one"
            }
        }

        /// The refusal as the error of a field.
        public func error(of field: String = "password") -> Problem.FieldError {
            Problem.FieldError(field: field, code: rawValue, message: message)
        }
    }

    /// The first reason to refuse a password, or nil when it may be used. ``PasswordRules`` obeys the operator as well.
    ///
    /// A name of fewer than 4 characters before the `@` is too short to mean anything inside a password.
    public static func refusal(of password: String, email: String) -> Refusal? {
        guard password.utf8.count <= byteLimit else { return .tooLong }
        guard password.count >= 8 else { return .tooShort }
        if password.count < 15 && classes(of: password) < 4 { return .tooSimple }
        let name = email.lowercased().prefix { $0 != "@" }
        if name.count >= shortestName && password.lowercased().contains(name) { return .containsEmail }
        return CommonPasswords.contains(password, context: contextWords + words(of: email)) ? .common : nil
    }

    /// The words of an email address, without the last part of its domain (`.org`).
    private static func words(of email: String) -> [String] {
        let address = email.lowercased()
        return address[..<(address.lastIndex(of: ".") ?? address.endIndex)]
            .split { !$0.isLetter }
            .filter { $0.count >= shortestName }
            .map { String($0) }
    }

    /// How many of the four classes occur: small letters, capital letters, digits, anything else.
    private static func classes(of password: String) -> Int {
        var seen: Set<Int> = []
        for character in password {
            if character.isLowercase {
                seen.insert(0)
            } else if character.isUppercase {
                seen.insert(1)
            } else if character.isNumber {
                seen.insert(2)
            } else {
                seen.insert(3)
            }
        }
        return seen.count
    }
}
