import PorticoHTTP

/// Which passwords people may choose: at least 8 characters of four classes, or at least 15 of any; none of the common
/// ones; none that holds the name in their email address.
public enum PasswordPolicy {
    /// The most bytes of a password, so that nobody makes the hasher chew megabytes.
    public static let byteLimit = 1024

    /// Why a password is refused.
    public enum Refusal: String, Sendable, Hashable, CaseIterable {
        /// Fewer than 8 characters.
        case tooShort = "too_short"
        /// Fewer than 15 characters and not of four classes.
        case tooSimple = "too_simple"
        /// More than ``PasswordPolicy/byteLimit`` bytes.
        case tooLong = "too_long"
        /// In the list of common passwords.
        case common = "too_common"
        /// Holds the part of the email address before the `@`.
        case containsEmail = "contains_email"

        /// The refusal in words, for the person who typed it.
        public var message: String {
            switch self {
            case .tooShort: "must have at least 8 characters"
            case .tooSimple:
                "must have a small letter, a capital letter, a digit and another character, or at least 15 characters"
            case .tooLong: "must have at most \(PasswordPolicy.byteLimit) bytes"
            case .common: "is one of the passwords that are guessed first"
            case .containsEmail: "must not contain the name in the email address"
            }
        }

        /// The refusal as the error of a field.
        public func error(of field: String = "password") -> Problem.FieldError {
            Problem.FieldError(field: field, code: rawValue, message: message)
        }
    }

    /// The first reason to refuse a password, or nil when it may be used.
    ///
    /// A name of fewer than 4 characters before the `@` is too short to mean anything inside a password.
    public static func refusal(of password: String, email: String) -> Refusal? {
        guard password.utf8.count <= byteLimit else { return .tooLong }
        guard password.count >= 8 else { return .tooShort }
        let folded = password.lowercased()
        if CommonPasswords.contains(folded) { return .common }
        if password.count < 15 && classes(of: password) < 4 { return .tooSimple }
        let name = email.lowercased().prefix { $0 != "@" }
        if name.count >= 4 && folded.contains(name) { return .containsEmail }
        return nil
    }

    /// Refuses a password that must not be used.
    /// - Throws: ``Problem`` 422 naming `field`.
    public static func check(_ password: String, email: String, field: String = "password") throws {
        guard let refusal = refusal(of: password, email: email) else { return }
        throw Problem.validation([refusal.error(of: field)])
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
