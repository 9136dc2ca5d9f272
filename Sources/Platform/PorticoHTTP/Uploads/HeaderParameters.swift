/// The value of a header field with parameters: `form-data; name="file"; filename="a.csv"` (RFC 9110 §5.6.6).
struct HeaderParameters {
    /// What stands before the parameters, lower case.
    let value: String
    private var parameters: [(name: String, value: String)] = []

    /// Nil where the form is broken, or a parameter stands twice.
    init?(_ text: String) {
        var rest = Substring(text).utf8
        value = String(Substring(rest.prefix { $0 != 0x3B })).lowercased().filter { $0 != " " && $0 != "\t" }
        rest = rest.drop { $0 != 0x3B }
        while rest.first == 0x3B {
            rest = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
            if rest.isEmpty { break }
            let name = rest.prefix { $0 != 0x3D && $0 != 0x3B }
            rest = rest.dropFirst(name.count)
            guard rest.first == 0x3D else { return nil }
            rest = rest.dropFirst()
            guard let value = HeaderParameters.value(&rest) else { return nil }
            let key = String(Substring(name)).lowercased()
            guard self[key] == nil else { return nil }
            parameters.append((key, value))
        }
        guard rest.isEmpty else { return nil }
    }

    /// A parameter by its name, lower case.
    subscript(name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    /// A token or a quoted text. Browsers write a quote inside a name as `%22`, others escape it with a backslash; a
    /// backslash before anything else is part of a path on Windows.
    private static func value(_ rest: inout Substring.UTF8View) -> String? {
        guard rest.first == 0x22 else {
            let token = rest.prefix { $0 != 0x3B }
            rest = rest.dropFirst(token.count)
            return String(Substring(token)).filter { $0 != " " && $0 != "\t" }
        }
        var bytes: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte == 0x22 {
                rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
                return String(validating: bytes, as: UTF8.self)
            }
            if byte == 0x5C, let next = rest.first, next == 0x22 || next == 0x5C {
                bytes.append(next)
                rest = rest.dropFirst()
            } else {
                bytes.append(byte)
            }
        }
        return nil
    }
}
