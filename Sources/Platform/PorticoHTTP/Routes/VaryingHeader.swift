/// A field of a request that an answer for everybody may depend on, and the few values of it that make a difference.
///
/// Whatever a client sends comes to one of them, so there are no more copies than declared, and nothing else that a client
/// says reaches the handler:
///
/// ```swift
/// let languages = VaryingHeader.languages("en", "de", "pt-BR")
/// // in the handler
/// let language = languages.chosen(by: context.request.head.headers)
/// ```
public struct VaryingHeader: Sendable, Hashable {
    /// The most copies that the fields of one route may make, each of them in every coding.
    static let mostVariants = 32
    /// A longer text is not looked at.
    private static let longest = 256

    /// Name of the field in lower case.
    public let name: String
    /// What it may come to; the first where it says nothing that is known.
    public let values: [String]
    private let isLanguage: Bool

    private init(_ name: String, _ values: [String], isLanguage: Bool) {
        self.name = name.lowercased()
        self.values = values
        self.isLanguage = isLanguage
    }

    /// `Accept-Language`: the tag that a client likes best (RFC 4647 §3.4).
    public static func languages(_ tags: String...) -> VaryingHeader {
        VaryingHeader("accept-language", tags, isLanguage: true)
    }

    /// Any other field, such as `Save-Data`, whose whole value is one of `values` but for the case of its letters.
    public static func field(_ name: String, oneOf values: String...) -> VaryingHeader {
        VaryingHeader(name, values, isLanguage: false)
    }

    /// What the field of a request comes to. The same again for what it came to before.
    public func chosen(by headers: Headers) -> String {
        let usual = values.first ?? ""
        let text = headers.values(name).joined(separator: ",")
        guard !text.isEmpty, text.utf8.count <= VaryingHeader.longest else { return usual }
        if isLanguage { return LanguageWishes(text).best(of: values) ?? usual }
        return values.first { $0.lowercased() == text.lowercased() } ?? usual
    }

    /// What is wrong with it as a declaration.
    var flaw: String? {
        // What tells who asks, and what the node answers for itself.
        let refused: Set<String> = [
            "accept-encoding", "authorization", "connection", "content-length", "cookie", "expect", "host", "if-match",
            "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "proxy-authorization", "range",
            "transfer-encoding", "upgrade", "x-csrf-token", "x-forwarded-for", "x-request-id",
        ]
        if refused.contains(name) { return "it can't vary by \(name)" }
        if !VaryingHeader.isToken(name) { return "'\(name)' is no name of a field" }
        if values.isEmpty || Set(values.map { $0.lowercased() }).count != values.count {
            return "the values of \(name) must be some and differ"
        }
        return values.allSatisfy(VaryingHeader.isToken) ? nil : "the values of \(name) must be plain words"
    }

    private static func isToken(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}

extension SharedCaching {
    /// The fields that the answer depends on, each with what the request's come to.
    public func chosen(by headers: Headers) -> [(name: String, value: String)] {
        varying.map { (name: $0.name, value: $0.chosen(by: headers)) }
    }

    /// The fields of a request that a handler hears of: what the answer depends on, and codings.
    func common(_ headers: Headers) -> Headers {
        var common: Headers = [:]
        for coding in headers.values("accept-encoding") { common.add("accept-encoding", coding) }
        for field in chosen(by: headers) { common.add(field.name, field.value) }
        return common
    }

    /// What is wrong with the fields as declarations.
    var flaw: String? {
        if let flaw = varying.lazy.compactMap(\.flaw).first { return flaw }
        if Set(varying.map(\.name)).count != varying.count { return "it varies twice by one field" }
        let variants = varying.reduce(1) { $0 * $1.values.count }
        return variants <= VaryingHeader.mostVariants ? nil : "it would have \(variants) variants"
    }
}
